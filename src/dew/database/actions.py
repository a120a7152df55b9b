"""Actions and their locks: the rows the engine lives by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, select, update

from dew.database import events, totals
from dew.database.connect import Tx, insert_row
from dew.database.tables import actions, locks
from dew.model.action import Action, ActionState
from dew.model.errors import Busy, NotFound

BUSY = "Droplet already has a pending event."  # DigitalOcean's words, which clients match


@dataclass(frozen=True)
class NewAction:
    """What an accepted request settles."""

    kind: str
    version: int
    resource_type: str
    resource_id: int
    region: str
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Filter:
    """Which Actions to list; None means any."""

    resource_type: str | None = None
    resource_id: int | None = None
    not_of: str | None = None  # resources of this type left out
    states: tuple[ActionState, ...] | None = None


async def add(tx: Tx, new: NewAction, now: datetime) -> int:
    """Insert an Action that is about to run; return its id."""
    action_id = await insert_row(
        tx,
        actions,
        kind=new.kind,
        version=new.version,
        resource_type=new.resource_type,
        resource_id=new.resource_id,
        region=new.region,
        params=dict(new.params),
        outputs={},
        state=ActionState.RUNNING.value,
        step="",
        progress=0,
        message="",
        error="",
        generation=1,
        cancel_requested=False,
        started_at=now,
    )
    await _tell(tx, action_id)
    return action_id


async def get(tx: Tx, action_id: int) -> Action:
    """Return an Action. Raises NotFound."""
    row = (await tx.execute(select(actions).where(actions.c.id == action_id))).one_or_none()
    if row is None:
        raise NotFound("The resource you were accessing could not be found.")
    return _action(row)


async def page(tx: Tx, wanted: Filter, offset: int, limit: int) -> tuple[Sequence[Action], int]:
    """Return one page of the Actions, newest first, and how many there are in all."""
    query = _filtered(select(actions), wanted).order_by(actions.c.id.desc()).offset(offset).limit(limit)
    total = await totals.count(tx, wanted, _filtered(select(func.count()).select_from(actions), wanted))
    return [_action(row) for row in await tx.execute(query)], total


async def count_by_state(tx: Tx) -> dict[ActionState, int]:
    """Return how many Actions there are in each state."""
    query = select(actions.c.state, func.count()).group_by(actions.c.state)
    found = {ActionState(state): count for state, count in await tx.execute(query)}
    return {state: found.get(state, 0) for state in ActionState}


async def list_open(tx: Tx) -> Sequence[Action]:
    """Return the Actions that somebody must work on, oldest first."""
    open_states = (ActionState.RUNNING.value, ActionState.UNWINDING.value)
    query = select(actions).where(actions.c.state.in_(open_states)).order_by(actions.c.id)
    return [_action(row) for row in await tx.execute(query)]


async def change(tx: Tx, action_id: int, generation: int, **values: Any) -> bool:
    """Set columns of an Action; False, with nothing changed, if ``generation`` no longer owns it."""
    mine = (actions.c.id == action_id) & (actions.c.generation == generation)
    done = await tx.execute(update(actions).where(mine).values(**values))
    if done.rowcount:
        await _tell(tx, action_id)
    return bool(done.rowcount)


async def take_over(tx: Tx, action_id: int) -> int:
    """Become the owner of an Action; return the new generation. Earlier owners' writes change nothing now."""
    mine = actions.c.id == action_id
    await tx.execute(update(actions).where(mine).values(generation=actions.c.generation + 1))
    return int(await tx.scalar(select(actions.c.generation).where(mine)) or 0)


async def set_going(tx: Tx, action: Action) -> None:
    """Let a stuck Action go on where it stopped, for whoever works on it next."""
    generation = await take_over(tx, action.id)
    state = action.outputs.get("stuck_while", ActionState.RUNNING.value)
    await change(tx, action.id, generation, state=state, error="", completed_at=None)


async def list_stuck(tx: Tx) -> Sequence[Action]:
    """Return the Actions that wait for an operator, oldest first."""
    query = select(actions).where(actions.c.state == ActionState.STUCK.value).order_by(actions.c.id)
    return [_action(row) for row in await tx.execute(query)]


async def request_cancel(tx: Tx, action_id: int) -> None:
    """Ask an Action to walk back if it has not passed its pivot."""
    await tx.execute(update(actions).where(actions.c.id == action_id).values(cancel_requested=True))


async def lock(tx: Tx, resource_type: str, resource_id: int, action_id: int) -> None:
    """Take the resource for an Action. Raises Busy when another has it; again for the same one is fine."""
    if await lock_holder(tx, resource_type, resource_id) == action_id:
        return
    await refuse_if_locked(tx, resource_type, resource_id)
    await tx.execute(
        insert(locks).values(resource_type=resource_type, resource_id=resource_id, action_id=action_id)
    )


async def refuse_if_locked(tx: Tx, resource_type: str, resource_id: int) -> None:
    """Raise Busy when an Action holds the resource."""
    if await lock_holder(tx, resource_type, resource_id) is not None:
        raise Busy(BUSY)


async def lock_holder(tx: Tx, resource_type: str, resource_id: int) -> int | None:
    """Return the id of the Action that holds a resource, None if it is free."""
    mine = (locks.c.resource_type == resource_type) & (locks.c.resource_id == resource_id)
    holder: int | None = await tx.scalar(select(locks.c.action_id).where(mine))
    return holder


async def unlock(tx: Tx, action_id: int) -> None:
    """Give back everything an Action holds."""
    await tx.execute(delete(locks).where(locks.c.action_id == action_id))


async def forget(tx: Tx, before: datetime, keep: int, most: int) -> int:
    """Forget up to ``most`` Actions that ended before ``before`` or are not among the newest ``keep``.

    Return how many. Open and stuck ones stay, and whatever holds a lock.
    """
    newest = select(actions.c.id).order_by(actions.c.id.desc())
    oldest_kept = newest.offset(keep).limit(1).scalar_subquery()
    ended = actions.c.state.in_((ActionState.COMPLETED.value, ActionState.ERRORED.value))
    old = (actions.c.completed_at < before) | (actions.c.id <= oldest_kept)
    free = actions.c.id.not_in(select(locks.c.action_id))
    query = select(actions.c.id).where(ended, old, free).order_by(actions.c.id).limit(most)
    done = await tx.execute(delete(actions).where(actions.c.id.in_(query)))
    return done.rowcount


async def _tell(tx: Tx, action_id: int) -> None:
    action = await get(tx, action_id)
    await events.append(
        tx,
        "action",
        action.resource_type,
        action.resource_id,
        action_id=action.id,
        kind=action.kind,
        status=action.state.wire,
        state=action.state.value,
        step=action.step,
        progress=action.progress,
        message=action.message,
        error=action.error,
    )


def _filtered(query: Select[Any], wanted: Filter) -> Select[Any]:
    if wanted.resource_type is not None:
        query = query.where(actions.c.resource_type == wanted.resource_type)
    if wanted.resource_id is not None:
        query = query.where(actions.c.resource_id == wanted.resource_id)
    if wanted.not_of is not None:
        query = query.where(actions.c.resource_type != wanted.not_of)
    if wanted.states is not None:
        query = query.where(actions.c.state.in_([state.value for state in wanted.states]))
    return query


def _action(row: Row[Any]) -> Action:
    return Action(**{**row._mapping, "state": ActionState(row.state)})
