"""What dewd stands on, real or simulated: each is imported only where it is wanted, for a quick start."""

from collections.abc import Callable
from dataclasses import dataclass

from dew.actions.world import ImageBuilder, ImageCatalogue, ImageImporter
from dew.compute.host import Host
from dew.config import Config
from dew.storage.store import LayerStore


@dataclass(frozen=True)
class Drivers:
    """What this daemon stands on."""

    store: LayerStore
    host: Host
    builder: ImageBuilder
    importer: ImageImporter
    catalogue: ImageCatalogue
    acceleration: Callable[[], str]  # what guests run under, and why, for people


async def open_drivers(config: Config) -> Drivers:
    """Return what the configuration asks for."""
    if config.simulate:
        from dew.daemon import simulated_drivers

        return simulated_drivers.simulated(config)
    from dew.daemon import real_drivers

    return await real_drivers.real(config)


def largest_image_bytes(config: Config) -> int:
    return int(config.max_image_gigabytes * 2**30)
