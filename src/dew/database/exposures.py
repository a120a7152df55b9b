"""Exposures: which ports of this machine are to lead to which Droplet."""

from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import Any

from sqlalchemy import Row, delete, select

from dew.database import events
from dew.database.connect import Tx, insert_row
from dew.database.tables import droplets, exposures
from dew.model.exposure import Exposure


async def add(tx: Tx, droplet_id: int, wanted: Exposure) -> None:
    """Have a port lead to a Droplet."""
    values = {"address": str(wanted.address), "port": wanted.port, "guest_port": wanted.guest_port}
    await insert_row(tx, exposures, droplet_id=droplet_id, **values)
    await events.append(tx, "droplet", "droplet", droplet_id, exposed=str(wanted))


async def remove(tx: Tx, droplet_id: int, unwanted: Exposure) -> None:
    """Have a port lead nowhere any more; an absent one is fine."""
    mine = exposures.c.droplet_id == droplet_id
    place = (exposures.c.address == str(unwanted.address)) & (exposures.c.port == unwanted.port)
    await tx.execute(delete(exposures).where(mine & place))
    await events.append(tx, "droplet", "droplet", droplet_id, hidden=str(unwanted))


async def remove_all(tx: Tx, droplet_id: int) -> None:
    """Give all ports of a Droplet back."""
    await tx.execute(delete(exposures).where(exposures.c.droplet_id == droplet_id))


async def of_droplet(tx: Tx, droplet_id: int) -> tuple[Exposure, ...]:
    """Return what is to lead to a Droplet, sorted."""
    rows = await tx.execute(select(exposures).where(exposures.c.droplet_id == droplet_id))
    return tuple(sorted(map(_exposure, rows)))


async def at_port(tx: Tx, port: int) -> Sequence[tuple[Exposure, str]]:
    """Return what leads to any Droplet from this port, at whatever address, with the Droplets' names."""
    query = select(exposures, droplets.c.name).join(droplets, droplets.c.id == exposures.c.droplet_id)
    return [(_exposure(row), row.name) for row in await tx.execute(query.where(exposures.c.port == port))]


def _exposure(row: Row[Any]) -> Exposure:
    return Exposure(IPv4Address(row.address), row.port, row.guest_port)
