"""Addresses: one of this machine's loopback addresses for each Droplet, held until it is destroyed."""

from ipaddress import IPv4Address, IPv4Network

from sqlalchemy import delete, insert, select

from dew.database.connect import Tx
from dew.database.tables import addresses
from dew.model.errors import HostFull

FIRST_HOST = 2  # .1 is the gateway as guests see it


async def allocate(tx: Tx, droplet_id: int, network: IPv4Network) -> IPv4Address:
    """Return the Droplet's address, choosing a free one of ``network`` if it has none yet.

    The search starts at a place of the Droplet's own, so that a freed address is not given to the next
    Droplet at once: a user's SSH would warn of a changed host key. Raises HostFull when none is free.
    """
    mine = await tx.scalar(select(addresses.c.address).where(addresses.c.droplet_id == droplet_id))
    if mine is not None:
        return IPv4Address(mine)
    address = _first_free(set((await tx.execute(select(addresses.c.address))).scalars()), droplet_id, network)
    await tx.execute(insert(addresses).values(address=str(address), droplet_id=droplet_id))
    return address


def _first_free(taken: set[str], droplet_id: int, network: IPv4Network) -> IPv4Address:
    usable = network.num_addresses - FIRST_HOST - 1  # the last one is the broadcast address
    for offset in range(usable):
        candidate = network[FIRST_HOST + (droplet_id - 1 + offset) % usable]
        if str(candidate) not in taken:
            return candidate
    raise HostFull(f"All {usable} addresses of {network} are taken: delete Droplets you no longer need.")


async def free(tx: Tx, droplet_id: int) -> None:
    """Give the Droplet's address back."""
    await tx.execute(delete(addresses).where(addresses.c.droplet_id == droplet_id))
