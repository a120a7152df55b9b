"""What an Action is made of: a Kind with Steps.

A step has two halves. ``act`` changes the world outside the database and may run twice: it makes things so.
It returns what to write (or None); the engine writes that in the same transaction that moves the Action
past the step. ``undo`` is the same for the way back; it may be called for a step that never acted.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dew.actions.world import World
from dew.database.connect import Tx
from dew.model.action import Action
from dew.model.errors import Broken

Writes = Callable[[Tx], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    """What somebody wants done; ``resource_id`` is None when the Action makes the resource."""

    kind: str
    resource_id: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Accepted:
    """What was settled in the transaction that accepted a request: every id is chosen here.

    ``params["layers"]`` names the Layers that the Action is about to make, so that nobody sweeps them.
    """

    resource_id: int
    region: str
    params: Mapping[str, Any]


class Run:
    """One Action being worked on, as its steps see it."""

    def __init__(self, action: Action, world: World, tell: Callable[[float, str], None]) -> None:
        self.action = action
        self.world = world
        self.outputs: dict[str, Any] = dict(action.outputs)
        self._tell = tell

    @property
    def resource_id(self) -> int:
        return self.action.resource_id

    def param(self, name: str) -> Any:
        """Return what acceptance settled under ``name``."""
        return self.action.params[name]

    def report(self, fraction: float, message: str) -> None:
        """Say how far this step is (0..1) and what it does now."""
        self._tell(fraction, message)

    def fall_short(self, reason: str) -> None:
        """Go on, but end errored with ``reason``: for what fails past the pivot and can stay so."""
        self.outputs["fell_short"] = reason


@dataclass(frozen=True)
class Step:
    """One idempotent part of an Action. ``weight`` is its part of the progress shown."""

    name: str
    act: Callable[[Run], Awaitable[Writes | None]]
    undo: Callable[[Run], Awaitable[Writes | None]] | None = None
    pivot: bool = False
    weight: int = 1


@dataclass(frozen=True)
class Kind:
    """A sort of Action. Exactly one step is the pivot, unless acceptance itself is the point of no return.

    ``version`` grows when an open Action of this kind must no longer be taken back by an older Dew;
    ``formerly`` maps names of steps that older versions wrote down to the step that stands there now.
    """

    name: str
    version: int
    resource_type: str
    accept: Callable[[Tx, World, Request], Awaitable[Accepted]]
    steps: tuple[Step, ...]
    pivot_at_acceptance: bool = False
    locks: bool = True  # destroy takes its lock later: it may not be refused
    formerly: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        pivots = sum(step.pivot for step in self.steps)
        assert pivots == (0 if self.pivot_at_acceptance else 1), self.name

    def index(self, step_name: str) -> int:
        """Return a step's place, -1 for "" (before the first)."""
        name = self.formerly.get(step_name, step_name)
        return -1 if not name else [step.name for step in self.steps].index(name)

    def require_known(self, action: Action) -> None:
        """Raise Broken if another Dew began the Action and this one can't tell how to go on with it."""
        names = {"", *self.formerly, *(step.name for step in self.steps)}
        if action.version <= self.version and action.step in names:
            return
        way_out = " Destroying the Droplet closes it, too." if action.resource_type == "droplet" else ""
        raise Broken(
            f"This Dew can't go on with it: another one began it ({action.kind}, version {action.version}, "
            f"step {action.step or 'none yet'}). Start the Dew that began it and say "
            f"`dew action retry {action.id}` there.{way_out}"
        )

    @property
    def pivot_index(self) -> int:
        """The pivot's place, -1 when acceptance was the pivot."""
        return next((i for i, step in enumerate(self.steps) if step.pivot), -1)

    def progress(self, done: int, fraction: float = 0.0) -> int:
        """Return percent, with ``done`` steps finished and ``fraction`` of the next."""
        weights = [step.weight for step in self.steps]
        current = weights[done] * fraction if done < len(weights) else 0.0
        return int(100 * (sum(weights[:done]) + current) / sum(weights))


def unknown(action: Action) -> Kind:
    """Return a stand-in for a kind that this Dew does not have: nothing of it can be done or undone."""

    async def accept(_tx: Tx, _world: World, _request: Request) -> Accepted:
        raise Broken(f"There are no Actions of kind {action.kind}.")

    return Kind(action.kind, 0, action.resource_type, accept, steps=(), pivot_at_acceptance=True)
