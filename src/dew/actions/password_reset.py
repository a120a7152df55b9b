"""password_reset: a new password for root, set by the guest agent inside and shown once.

set_password ◆

Every try makes a password of its own, so that none has to be written down before it holds: if the outcome of
one is unknown, the next one sets another. Only what certainly holds is shown.
"""

from dew.actions.kind import Accepted, Kind, Request, Run, Step, Writes
from dew.actions.world import World
from dew.compute import seed
from dew.database import droplets
from dew.database.connect import Tx
from dew.model.droplet import Status
from dew.model.errors import Invalid

USER = "root"
MUST_BE_ON = (
    "Droplet is currently off. Please power it on to run this event: "
    "the password is changed by the guest agent inside."
)


async def accept(tx: Tx, world: World, request: Request) -> Accepted:
    assert request.resource_id is not None
    droplet = await droplets.get(tx, request.resource_id)
    if droplet.status is not Status.ACTIVE:
        raise Invalid(MUST_BE_ON)
    return Accepted(droplet.id, droplet.region, {})


async def set_password(run: Run) -> Writes:
    run.report(0.1, "Asking the guest agent")
    password = seed.generate_password()
    password_hash = await seed.hash_password(password)
    await run.world.host.set_password(run.resource_id, USER, password_hash)

    async def write(tx: Tx) -> None:
        droplet = await droplets.get(tx, run.resource_id, gone=True)
        if droplet.gone_at is not None:
            return
        # A rebuild gives the password anew; but where keys are the way in, it must not open SSH to passwords.
        anew = {} if droplet.public_keys else {"password_hash": password_hash}
        await droplets.change(tx, droplet.id, password_once=password, **anew)

    return write


PASSWORD_RESET = Kind(
    name="password_reset",
    version=1,
    resource_type="droplet",
    accept=accept,
    steps=(Step("set_password", set_password, pivot=True),),
)
