"""Turns: inside this process, one at a time per Droplet, be it an Action or the reconciler.

The lock rows keep Actions from each other. This keeps the reconciler from stopping a guest in the very
moment in which a new Action starts it.
"""

import asyncio
from weakref import WeakValueDictionary


class Turns:
    """Hands out one lock per Droplet; nothing is kept of Droplets that nobody works on."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    def of(self, droplet_id: int) -> asyncio.Lock:
        """Return the Droplet's lock, to be held while its guest is acted on."""
        return self._locks.setdefault(droplet_id, asyncio.Lock())
