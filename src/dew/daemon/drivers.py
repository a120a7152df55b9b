"""What dewd stands on: the real drivers of one machine, or those of a simulation."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from dew.actions.world import ImageBuilder, ImageCatalogue, ImageImporter
from dew.compute.acceleration import Accelerator, Preference
from dew.compute.host import Host, PortForward
from dew.compute.memory import MemoryGuests, MemoryHost
from dew.compute.privileges import IMPORT_UID, GuestUsers
from dew.compute.qemu import QemuHost
from dew.config import Config
from dew.images.address_policy import AddressPolicy
from dew.images.cache import CachedBuilder
from dew.images.catalogue import read_catalogue
from dew.images.cloud import CloudImages
from dew.images.confinement import Confinement
from dew.images.importer import ImageImporter as RealImporter
from dew.images.simulated import SimulatedBuilder, SimulatedCatalogue, SimulatedImporter
from dew.storage.memory import MemoryDisks, MemoryStore
from dew.storage.qcow2 import QcowStore
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


def simulated(config: Config) -> Drivers:
    disks = MemoryDisks(int(config.simulated_disk_gigabytes * 2**30))
    guests = MemoryGuests(int(config.simulated_memory_gigabytes * 2**30))
    importer = SimulatedImporter(AddressPolicy(config.fetch_networks), largest_image_bytes(config))
    return Drivers(
        MemoryStore(disks),
        MemoryHost(guests),
        SimulatedBuilder(),
        importer,
        SimulatedCatalogue(),
        lambda: "simulated: no machine runs",
    )


async def real(config: Config) -> Drivers:
    users = GuestUsers.for_root() if os.geteuid() == 0 else GuestUsers()
    store = await QcowStore.open(config.data / "store", users.reader_gid)
    accelerator = Accelerator(
        Preference(config.accelerator), config.data / "cache" / "acceleration.json", users
    )
    host = await QemuHost.open(
        config.data / "run",
        accelerator,
        users,
        resolver="system" if config.resolver == "system" else None,
        ports=tuple(PortForward(port, port) for port in config.ports),
    )
    builder = CachedBuilder(config.images, config.data / "work", config.reserve_bytes)
    confined = Confinement(IMPORT_UID if os.geteuid() == 0 else None)
    policy = AddressPolicy(config.fetch_networks)
    importer = RealImporter(confined, policy, largest_image_bytes(config))
    catalogue = CloudImages(read_catalogue(config.catalogue), config.images, policy, config.reserve_bytes)
    return Drivers(store, host, builder, importer, catalogue, accelerator.__str__)


def largest_image_bytes(config: Config) -> int:
    return int(config.max_image_gigabytes * 2**30)
