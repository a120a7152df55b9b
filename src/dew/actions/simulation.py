"""Simulation: Actions that take a time and fail on request, so that people can try their automation.

Only a dewd that simulates has one. It wraps the kinds: what is asked for happens in an Action's pivot step,
before that step does anything. So a failure walks back as a real one would, and leaves things as they were.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from dew.actions.kind import Kind, Run, Step, Writes
from dew.model.errors import StepFailed

ANY = "*"  # in place of a kind: all of them
REPORT_EVERY_SECONDS = 0.25
MESSAGE = "The simulation was told to let it fail."


@dataclass
class Failure:
    """Which Actions fail; the first that fits decides. ``times`` counts down, None: for ever."""

    kind: str = ANY
    droplet_id: int | None = None
    times: int | None = None
    rate: float = 1.0  # of those that fit, at random
    message: str = MESSAGE

    def fits(self, run: Run) -> bool:
        """Whether it is about this Action."""
        action = run.action
        of_droplet = action.resource_id if action.resource_type == "droplet" else None
        right_kind = self.kind in (ANY, action.kind)
        return right_kind and self.droplet_id in (None, of_droplet) and self.times != 0


@dataclass
class Simulation:
    """What is to happen to Actions; changed while they run."""

    delays: Mapping[str, float] = field(default_factory=dict)  # kind to seconds; ANY for the others
    failures: Sequence[Failure] = ()
    random: Random = field(default_factory=Random)

    def ask(self, delays: Mapping[str, float], failures: Sequence[Failure], seed: int | None) -> None:
        """Have this happen from now on, instead of what was asked before."""
        self.delays, self.failures, self.random = delays, failures, Random(seed)  # noqa: S311

    def wrap(self, kinds: Sequence[Kind]) -> tuple[Kind, ...]:
        """Return the kinds with what is asked for before their pivots."""
        return tuple(self._wrapped(kind) for kind in kinds)

    def _wrapped(self, kind: Kind) -> Kind:
        """What was the point of no return when it was accepted takes its time, and cannot fail."""
        at = max(kind.pivot_index, 0)

        async def happen(run: Run) -> None:
            await self._take_time(run)
            if not kind.pivot_at_acceptance:
                self._fail(run)

        steps = [_before(step, happen) if place == at else step for place, step in enumerate(kind.steps)]
        return replace(kind, steps=tuple(steps))

    async def _take_time(self, run: Run) -> None:
        """Let the asked time pass; a dewd that stops meanwhile begins it anew when it goes on."""
        begun, kind = time.monotonic(), run.action.kind
        while (passed := time.monotonic() - begun) < (seconds := self.delays.get(kind, self._usual_seconds)):
            run.report(passed / seconds, "Simulating")
            await asyncio.sleep(min(REPORT_EVERY_SECONDS, seconds - passed))

    @property
    def _usual_seconds(self) -> float:
        return self.delays.get(ANY, 0.0)

    def _fail(self, run: Run) -> None:
        for failure in self.failures:
            if failure.fits(run) and self.random.random() < failure.rate:
                if failure.times is not None:
                    failure.times -= 1
                raise StepFailed(failure.message)


def _before(step: Step, happen: Callable[[Run], Awaitable[None]]) -> Step:
    async def act(run: Run) -> Writes | None:
        await happen(run)
        return await step.act(run)

    return replace(step, act=act)
