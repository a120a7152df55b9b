"""The drivers of one machine: its disks, QEMU, and images from packages and from elsewhere."""

import os

from dew.compute.acceleration import Accelerator, Preference
from dew.compute.host import PortForward
from dew.compute.privileges import IMPORT_UID, GuestUsers
from dew.compute.qemu import QemuHost
from dew.config import Config
from dew.daemon.drivers import Drivers, largest_image_bytes
from dew.images.address_policy import AddressPolicy
from dew.images.cache import CachedBuilder
from dew.images.catalogue import read_catalogue
from dew.images.cloud import CloudImages
from dew.images.confinement import Confinement
from dew.images.importer import ImageImporter
from dew.storage.qcow2 import QcowStore


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
    importer = ImageImporter(confined, policy, largest_image_bytes(config))
    catalogue = CloudImages(read_catalogue(config.catalogue), config.images, policy, config.reserve_bytes)
    return Drivers(store, host, builder, importer, catalogue, accelerator.__str__)
