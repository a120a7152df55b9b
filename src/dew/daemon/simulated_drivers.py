"""The drivers of a simulation."""

from dew.compute.memory import MemoryGuests, MemoryHost
from dew.config import Config
from dew.daemon.drivers import Drivers, largest_image_bytes
from dew.images.address_policy import AddressPolicy
from dew.images.simulated import SimulatedBuilder, SimulatedCatalogue, SimulatedImporter
from dew.storage.memory import MemoryDisks, MemoryStore


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
