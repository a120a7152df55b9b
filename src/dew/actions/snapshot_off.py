"""snapshot_off: shut the guest down, take the Snapshot, start the guest again, as one Action.

note_power · shut_down · prepare_successor · switch_disk ◆ · start · record_snapshot

Who asks for this wants a Snapshot that was shut down properly. A guest that ignores the power button is
therefore not cut off: the Action fails and the guest runs on. A Droplet that was off stays off.
"""

from dew.actions import guests, snapshot
from dew.actions.kind import Kind, Run, Step, Writes
from dew.database import droplets
from dew.model.droplet import Droplet, Observed, Power
from dew.model.errors import GuestRefused, StepFailed


async def note_power(run: Run) -> Writes | None:
    """Note, before anybody presses the button, whether the guest runs: afterwards nobody could tell."""
    observation = await run.world.host.observe(run.resource_id)
    run.outputs["was_on"] = observation.state in (Observed.RUNNING, Observed.PAUSED)
    if observation.state is Observed.POWERED_OFF:
        return guests.off(run.resource_id)
    if observation.state is Observed.ABSENT and await _is_wanted_on(run):
        raise GuestRefused(
            "The Droplet is meant to be on, but does not run just now, so it can't be shut down: wait until "
            f"it runs again, or take the Snapshot without shutting it down. {observation.reason}".strip()
        )
    return None


async def _is_wanted_on(run: Run) -> bool:
    return (await _droplet(run)).desired_power is Power.ON


async def _is_gone(run: Run) -> bool:
    """Whether the Droplet was destroyed: nobody waits for its guest then."""
    return (await _droplet(run)).gone_at is not None


async def _droplet(run: Run) -> Droplet:
    async with run.world.database.read() as tx:
        return await droplets.get(tx, run.resource_id, gone=True)


async def shut_down(run: Run) -> Writes | None:
    """Wait until the guest has switched itself off, and leave its paused process as the proof of it."""
    if not run.outputs["was_on"]:
        return None
    run.report(0.1, "Waiting for the guest to shut down")
    halted = await guests.shut_down(run.world, run.resource_id)
    observation = await run.world.host.observe(run.resource_id)
    if not halted:
        raise GuestRefused(
            f"The guest did not shut down within {run.world.settings.shutdown_grace_seconds:.0f} s, so no "
            "Snapshot was taken. It runs on: see why, or take the Snapshot without shutting it down."
        )
    if observation.state is not Observed.POWERED_OFF:
        raise GuestRefused(f"The guest was lost before it had shut down. {observation.reason}".strip())
    run.outputs["shut_down"] = True
    return guests.seen(observation)


async def bring_back(run: Run) -> Writes | None:
    """Undo of shut_down. One that was merely slow may go down yet: wait for that, or it would stay off."""
    if not run.outputs.get("was_on") or await _is_gone(run):
        return None
    await guests.halts(run.world, run.resource_id, run.world.settings.shutdown_grace_seconds)
    return await guests.bring_back(run.world, run.resource_id)


async def start(run: Run) -> Writes | None:
    """Start the guest again if it ran, before anything else: it has been off for long enough."""
    if not run.outputs["was_on"]:
        return None
    run.report(0.1, "Starting the guest")
    try:
        return guests.on(await guests.start(run.world, run.resource_id))
    except StepFailed as error:
        run.fall_short(f"The Snapshot was taken, but the guest did not start again at once: {error}")
        return guests.seen(await run.world.host.observe(run.resource_id))  # the reconciler tries again


SNAPSHOT_OFF = Kind(
    name="snapshot_off",
    version=1,
    resource_type="droplet",
    accept=snapshot.accept,
    steps=(
        Step("note_power", note_power, undo=snapshot.forget_plan),
        Step("shut_down", shut_down, undo=bring_back, weight=6),
        Step("prepare_successor", snapshot.prepare_successor),  # forget_plan discards it
        Step("switch_disk", snapshot.switch_disk, pivot=True),
        Step("start", start, weight=4),
        Step("record_snapshot", snapshot.record_snapshot),
    ),
)
