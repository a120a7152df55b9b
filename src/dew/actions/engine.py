"""The engine: runs Actions so that they survive everything.

    running ──────────────────────────► completed
       │ StepFailed before the pivot,
       │ or cancelled                      stuck: a failed undo, a failure past the pivot, or Broken.
       ▼                                   Keeps its lock until it is retried or the Droplet is destroyed.
    unwinding ────────────────────────► errored

What holds, whatever happens:

1. ``step`` moves in the transaction that writes what the step changed. In state running it names the last
   step that is done; in state unwinding the next one to be undone.
2. A step may run twice, an undo may run for a step that never acted: after a kill nobody knows.
3. A failed step is undone too.
4. Before the pivot, failure walks back; past it, only forward. A pivot that may have happened is never
   walked back over: it is run again until its outcome is known.
5. One open Action per resource: the lock is a row, written and deleted with the Action's own.
6. Stopping the daemon stops the work wherever it is; the next start goes on. ``kill -9`` is the same.
7. A write by somebody who no longer owns the Action (an older ``generation``) changes nothing.
8. An Action that another Dew began goes on if its kind and step are known; else it is stuck, and says why.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import nullcontext, suppress
from typing import Any

import structlog

from dew.actions.kind import Kind, Request, Run, Step, Writes, unknown
from dew.actions.world import World
from dew.database import actions as rows
from dew.database.connect import Tx
from dew.model.action import Action, ActionState
from dew.model.errors import (
    Broken,
    DatabaseBusy,
    DatabaseFull,
    DewError,
    Forbidden,
    Invalid,
    LimitReached,
    RequestError,
    StepFailed,
    Transient,
)

PATIENCE_SECONDS = 30.0  # how long a step's Transient errors are tried again
PIVOT_PATIENCE_SECONDS = 600.0  # the same for a pivot, whose outcome must become known
WRITE_AGAIN_SECONDS = 2.0  # between two tries to write to a full or busy database
TELL_EVERY_SECONDS = 0.5  # progress is written at most this often

log = structlog.get_logger()


async def _nothing(_place: str) -> None:
    """Where the tests reach in, to fail or to kill."""


class Lost(Exception):
    """Somebody else owns the Action now; stop working on it."""


class NotWritten(Exception):
    """The database did not take a commit; the Action stands where it stood."""


class Engine:
    """Accepts Actions and works on all that are open, each in a task of its own."""

    def __init__(
        self,
        world: World,
        kinds: Iterable[Kind],
        *,
        ended: Callable[[Action], None] = lambda _: None,
        reached: Callable[[str], Awaitable[None]] = _nothing,
        patience_seconds: float = PATIENCE_SECONDS,
        refusal: str = "",
    ) -> None:
        """``ended`` is told of every Action that is no longer worked on; ``reached`` is for the tests.

        With a ``refusal`` nothing is accepted, and it is the reason given: the ids that a database which does
        not fit its store gives out could come to mean the disk of somebody else.
        """
        self._refusal = refusal
        self._world = world
        self._kinds = {kind.name: kind for kind in kinds}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._ended = ended
        self._reached = reached
        self._patience = patience_seconds
        self._closing = False

    async def accept(self, *requests: Request) -> tuple[Action, ...]:
        """Take on ``requests``, all or none, and start working.

        Raises Invalid, NotFound, Busy, LimitReached, Forbidden, HostFull, NoSpace; then nothing has changed.
        """
        self._refuse_misfit()
        async with self._world.database.write() as tx:
            await self._refuse_too_many(tx, requests)
            accepted = [await self._accept_one(tx, request) for request in requests]
        for action in accepted:
            self._start(action.id, fresh=True)
        return tuple(accepted)

    async def retry(self, action_id: int) -> Action:
        """Set a stuck Action going again where it stopped. Raises NotFound, Invalid, Forbidden."""
        self._refuse_misfit()
        async with self._world.database.write() as tx:
            action = await rows.get(tx, action_id)
            if action.state is not ActionState.STUCK:
                raise Invalid("Only a stuck Action can be retried.")
            await rows.set_going(tx, action)
            action = await rows.get(tx, action_id)
        self._start(action_id)
        return action

    async def resume(self) -> Sequence[int]:
        """Go on with everything that was open when the daemon last stopped; return the Actions' ids."""
        if self._refusal:
            return []
        async with self._world.database.write() as tx:
            open_actions = await rows.list_open(tx)
            for action in open_actions:
                await rows.take_over(tx, action.id)
        for action in open_actions:
            self._start(action.id)
        return [action.id for action in open_actions]

    async def finished(self, action_id: int) -> Action:
        """Wait until an Action is no longer worked on, and return it."""
        while True:
            committed = self._world.database.next_commit()
            async with self._world.database.read() as tx:
                action = await rows.get(tx, action_id)
            if not action.state.open:
                return action
            await committed.wait()

    async def finish_open(self, kind: str) -> None:
        """Wait for all Actions of a kind that are open, such as those that a dewd before this one began."""
        async with self._world.database.read() as tx:
            open_actions = await rows.list_open(tx)
        for action in open_actions:
            if action.kind == kind:
                await self.finished(action.id)

    async def close(self) -> None:
        """Stop working; what is open stays open for the next start."""
        self._closing = True
        tasks = list(self._tasks.values())
        async with self._world.database.quiet():
            for task in tasks:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _refuse_misfit(self) -> None:
        if self._refusal:
            raise Forbidden(self._refusal)

    async def _refuse_too_many(self, tx: Tx, requests: Sequence[Request]) -> None:
        limit = self._world.settings.max_open_actions
        more = sum(not self._kinds[request.kind].pivot_at_acceptance for request in requests)
        if more and len(await rows.list_open(tx)) + more > limit:
            raise LimitReached(f"{limit} Actions are open already: wait for some of them to finish.")

    async def _accept_one(self, tx: Tx, request: Request) -> Action:
        kind = self._kinds[request.kind]
        if kind.locks and request.resource_id is not None and not kind.pivot_at_acceptance:
            await rows.refuse_if_locked(tx, kind.resource_type, request.resource_id)
        accepted = await kind.accept(tx, self._world, request)
        if kind.locks and kind.pivot_at_acceptance:  # what was deleted before is not busy, it is not there
            await rows.refuse_if_locked(tx, kind.resource_type, accepted.resource_id)
        new = rows.NewAction(
            kind.name,
            kind.version,
            kind.resource_type,
            accepted.resource_id,
            accepted.region,
            accepted.params,
        )
        action_id = await rows.add(tx, new, self._world.now())
        if kind.locks:
            await rows.lock(tx, kind.resource_type, accepted.resource_id, action_id)
        return await rows.get(tx, action_id)

    def _start(self, action_id: int, *, fresh: bool = False) -> None:
        if self._closing:
            return
        task = asyncio.create_task(self._work(action_id, fresh), name=f"action-{action_id}")
        self._tasks[action_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(action_id, None))

    async def _work(self, action_id: int, fresh: bool) -> None:
        """Take one step after another until the Action ends."""
        action = await self._read_patiently(action_id)
        kind = self._kinds.get(action.kind) or unknown(action)
        turn = self._world.turns.of(action.resource_id) if kind.resource_type == "droplet" else None
        with structlog.contextvars.bound_contextvars(action=action_id), suppress(Lost):
            async with turn if turn and kind.locks else nullcontext():
                worker = Worker(self._world, kind, self._reached, self._patience)
                action = await self._work_through(worker, action, fresh)
            log.info("action ended", kind=kind.name, state=action.state.value, error=action.error)
        self._ended(action)

    async def _work_through(self, worker: "Worker", action: Action, fresh: bool) -> Action:
        while action.state.open:
            try:
                action = await worker.advance(action, fresh)
                fresh = True  # from here on we know which pivot we have tried
            except NotWritten as error:
                log.warning("the database takes no writes, waiting", error=str(error))
                await asyncio.sleep(WRITE_AGAIN_SECONDS)
                action, fresh = await self._read_patiently(action.id), False
        return action

    async def _read_patiently(self, action_id: int) -> Action:
        """An Action that can't be read must not be forgotten with its lock: try until it can be."""
        while True:
            try:
                return await self._read(action_id)
            except Transient as error:
                log.warning("the database can't be read, waiting", error=str(error))
                await asyncio.sleep(WRITE_AGAIN_SECONDS)

    async def _read(self, action_id: int) -> Action:
        async with self._world.database.read() as tx:
            return await rows.get(tx, action_id)


class Worker:
    """Moves one Action, a step at a time."""

    def __init__(
        self, world: World, kind: Kind, reached: Callable[[str], Awaitable[None]], patience_seconds: float
    ) -> None:
        self._world = world
        self._kind = kind
        self._reached = reached
        self._patience = patience_seconds

    async def advance(self, action: Action, fresh: bool) -> Action:
        """Do or undo one step and return the Action as it is afterwards.

        ``fresh`` says that no earlier process can have begun the next step.
        """
        try:
            self._kind.require_known(action)
            if action.state is ActionState.UNWINDING:
                return await self._go_back(action)
            if action.cancel_requested and self._may_cancel(action, fresh):
                return await self._turn_back(action, "It was cancelled.")
            return await self._go_forward(action)
        except (Lost, NotWritten):
            raise
        except Exception as error:
            return await self._get_stuck(action, error)

    def _may_cancel(self, action: Action, fresh: bool) -> bool:
        following = self._kind.index(action.step) + 1
        return following < self._kind.pivot_index or (fresh and following == self._kind.pivot_index)

    async def _go_forward(self, action: Action) -> Action:
        following = self._kind.index(action.step) + 1
        step = self._kind.steps[following]
        try:
            async with Telling(self._world, self._kind, action, following) as telling:
                run = Run(action, self._world, telling.tell)
                writes = await self._patiently(step, step.act, run, "act")
            return await self._commit_step(action, run, following, writes)
        except (StepFailed, RequestError) as error:
            if following > self._kind.pivot_index:
                raise
            log.warning("step failed, walking back", step=step.name, error=str(error))
            return await self._turn_back(action, str(error))

    async def _commit_step(self, action: Action, run: Run, done: int, writes: Writes | None) -> Action:
        values: dict[str, Any] = {
            "step": self._kind.steps[done].name,
            "progress": self._kind.progress(done + 1),
            "outputs": run.outputs,
        }
        last = done == len(self._kind.steps) - 1
        if last:
            shortfall = run.outputs.get("fell_short", "")
            values |= self._ending(ActionState.ERRORED if shortfall else ActionState.COMPLETED, shortfall)
        return await self._commit(action, writes, unlock=last, **values)

    async def _turn_back(self, action: Action, reason: str) -> Action:
        """Begin to unwind with the step that failed or may have begun."""
        following = self._kind.index(action.step) + 1
        name = self._kind.steps[following].name
        return await self._commit(action, state=ActionState.UNWINDING.value, step=name, error=reason)

    async def _go_back(self, action: Action) -> Action:
        current = self._kind.index(action.step)
        step = self._kind.steps[current]
        run = Run(action, self._world, lambda *_: None)
        writes = await self._patiently(step, step.undo, run, "undo") if step.undo else None
        if current == 0:
            ending = self._ending(ActionState.ERRORED, action.error)
            return await self._commit(action, writes, unlock=True, step="", **ending)
        return await self._commit(action, writes, step=self._kind.steps[current - 1].name)

    async def _get_stuck(self, action: Action, error: Exception) -> Action:
        expected = isinstance(error, DewError)
        log.error("action is stuck", kind=action.kind, step=action.step, exc_info=error)
        reason = (
            str(error) if expected else f"Something unexpected went wrong ({type(error).__name__}: {error})."
        )
        outputs = {**action.outputs, "stuck_while": action.state.value}
        ending = self._ending(ActionState.STUCK, f"{action.error} {reason}".strip())
        return await self._commit(action, outputs=outputs, **ending)

    def _ending(self, state: ActionState, error: str) -> dict[str, Any]:
        return {"state": state.value, "error": error, "message": "", "completed_at": self._world.now()}

    async def _patiently(
        self, step: Step, do: Callable[[Run], Awaitable[Writes | None]], run: Run, way: str
    ) -> Writes | None:
        """Run one half of a step, again while its trouble is Transient and patience lasts."""
        uncertain = step.pivot and way == "act"
        deadline = time.monotonic() + (PIVOT_PATIENCE_SECONDS if uncertain else self._patience)
        pause = 0.1
        while True:
            try:
                await self._reached(f"{run.action.kind}.{step.name}.{way}.before")
                writes = await do(run)
                await self._reached(f"{run.action.kind}.{step.name}.{way}.after")
                return writes
            except Transient as error:
                if time.monotonic() + pause > deadline:
                    raise (Broken if uncertain else StepFailed)(str(error)) from error
            await asyncio.sleep(pause)
            pause = min(2 * pause, 5.0)

    async def _commit(
        self, action: Action, writes: Writes | None = None, *, unlock: bool = False, **values: Any
    ) -> Action:
        place = f"{action.kind}.{values.get('step', action.step)}.{values.get('state', action.state.value)}"
        await self._reached(f"{place}.commit.before")
        try:
            after = await self._write(action, writes, unlock, values)
        except (DatabaseBusy, DatabaseFull) as error:
            raise NotWritten(str(error)) from error
        await self._reached(f"{place}.commit.after")
        return after

    async def _write(
        self, action: Action, writes: Writes | None, unlock: bool, values: dict[str, Any]
    ) -> Action:
        async with self._world.database.write() as tx:
            if not await rows.change(tx, action.id, action.generation, **values):
                raise Lost
            if writes is not None:
                await writes(tx)
            if unlock:
                await rows.unlock(tx, action.id)
            return await rows.get(tx, action.id)


class Telling:
    """Writes a step's progress down while it runs, not more often than anybody reads it."""

    def __init__(self, world: World, kind: Kind, action: Action, done: int) -> None:
        self._world = world
        self._kind = kind
        self._action = action
        self._done = done
        self._latest: tuple[int, str] | None = None
        self._task: asyncio.Task[None] | None = None
        self._over = asyncio.Event()

    async def __aenter__(self) -> "Telling":
        return self

    async def __aexit__(self, *_: object) -> None:
        self._over.set()
        self._latest = None
        if self._task is not None:
            await self._task

    def tell(self, fraction: float, message: str) -> None:
        """Note the newest progress; it is written within half a second."""
        self._latest = (self._kind.progress(self._done, min(max(fraction, 0.0), 1.0)), message)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write_latest())

    async def _write_latest(self) -> None:
        with suppress(DewError):  # progress that can't be written is no reason to fail
            while self._latest is not None:
                (progress, message), self._latest = self._latest, None
                async with self._world.database.write() as tx:
                    action = self._action
                    await rows.change(tx, action.id, action.generation, progress=progress, message=message)
                await self._pause()

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(TELL_EVERY_SECONDS):
                await self._over.wait()
