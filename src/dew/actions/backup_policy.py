"""enable_backups, change_backup_policy, disable_backups: whether a Droplet is backed up, and when.

set_policy ◆; (◆ at acceptance) · remove

Disabling deletes the Backups that there are, as DigitalOcean does: convert those to Snapshots first that
are to stay.
"""

from collections.abc import Mapping
from typing import Any

from dew.actions.backup import NOT_ENABLED
from dew.actions.kind import Accepted, Kind, Request, Run, Step, Writes
from dew.actions.world import World
from dew.database import backups, billing, droplets
from dew.database.connect import Tx
from dew.model.backup import WEEKDAYS, WINDOW_STARTS, BackupPolicy, Plan
from dew.model.errors import Busy, Invalid


def policy_of(given: Mapping[str, Any]) -> BackupPolicy:
    """Return the policy that somebody asks for. Raises Invalid."""
    plan, hour, weekday = given.get("plan"), given.get("hour"), given.get("weekday")
    plan = Plan.DAILY.value if plan is None else plan
    hour = WINDOW_STARTS[0] if hour is None else hour
    weekday = weekday or "SUN"  # doctl sends "" for daily
    if plan not in [each.value for each in Plan]:
        raise Invalid("A backup policy's plan must be daily or weekly.")
    if isinstance(hour, bool) or hour not in WINDOW_STARTS:
        raise Invalid(f"A backup policy's hour must be one of {', '.join(map(str, WINDOW_STARTS))}, in UTC.")
    if weekday not in WEEKDAYS:
        raise Invalid(f"A backup policy's weekday must be one of {', '.join(WEEKDAYS)}.")
    return BackupPolicy(Plan(plan), int(hour), weekday)


def settled(policy: BackupPolicy) -> dict[str, Any]:
    """Return a policy as params hold it."""
    return {"plan": policy.plan.value, "hour": policy.hour, "weekday": policy.weekday}


async def accept_enabling(tx: Tx, world: World, request: Request) -> Accepted:
    """Settle the policy: the one asked for, else the one that there is, else daily."""
    assert request.resource_id is not None
    droplet = await droplets.get(tx, request.resource_id)
    asked, known = request.params.get("policy"), await backups.schedule(tx, droplet.id)
    policy = known.policy if known is not None and not asked else policy_of(asked or {})
    return Accepted(droplet.id, droplet.region, {"policy": settled(policy)})


async def accept_changing(tx: Tx, world: World, request: Request) -> Accepted:
    """Settle the new policy. Raises Invalid where Backups are not enabled."""
    assert request.resource_id is not None
    droplet = await droplets.get(tx, request.resource_id)
    if await backups.schedule(tx, droplet.id) is None:
        raise Invalid(NOT_ENABLED)
    if not request.params.get("policy"):
        raise Invalid("Backup policy can't be blank")
    policy = policy_of(request.params["policy"])
    return Accepted(droplet.id, droplet.region, {"policy": settled(policy)})


async def set_policy(run: Run) -> Writes:
    async def write(tx: Tx) -> None:
        await backups.enable(tx, run.resource_id, policy_of(run.param("policy")), run.world.now())
        await billing.settle(tx, run.resource_id, run.world.settings.prices, run.world.now())

    return write


async def accept_disabling(tx: Tx, world: World, request: Request) -> Accepted:
    """From this moment the Backups do not exist for clients. Raises Busy while an Action works with one."""
    assert request.resource_id is not None
    droplet = await droplets.get(tx, request.resource_id)
    if await backups.schedule(tx, droplet.id) is None:
        raise Invalid(NOT_ENABLED)
    if await backups.in_use(tx, droplet.id):
        raise Busy(
            "A Backup of this Droplet is being converted or written to a file: wait until that is done."
        )
    await backups.disable(tx, droplet.id)
    await billing.settle(tx, droplet.id, world.settings.prices, world.now())
    return Accepted(droplet.id, droplet.region, {})


async def remove(run: Run) -> Writes:
    """Forget the Backups."""

    async def write(tx: Tx) -> None:
        await backups.remove_hidden(tx, run.resource_id)

    return write


ENABLE_BACKUPS = Kind(
    name="enable_backups",
    version=1,
    resource_type="droplet",
    accept=accept_enabling,
    steps=(Step("set_policy", set_policy, pivot=True),),
)
CHANGE_BACKUP_POLICY = Kind(
    name="change_backup_policy",
    version=1,
    resource_type="droplet",
    accept=accept_changing,
    steps=(Step("set_policy", set_policy, pivot=True),),
)
DISABLE_BACKUPS = Kind(
    name="disable_backups",
    version=1,
    resource_type="droplet",
    accept=accept_disabling,
    pivot_at_acceptance=True,
    steps=(Step("remove", remove),),
)
