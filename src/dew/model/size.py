"""Sizes: how much machine a Droplet gets. Slugs and proportions are DigitalOcean's, so scripts carry over."""

from dataclasses import dataclass
from decimal import Decimal

BILLED_HOURS = 672  # of a month, at most, as with DigitalOcean: whatever runs longer costs no more


@dataclass(frozen=True)
class Size:
    """One row of the price list; prices are what DigitalOcean's users expect to see."""

    slug: str
    vcpus: int
    memory_mb: int
    disk_gb: int
    transfer_tb: float
    price_monthly: Decimal  # USD
    description: str = "Basic"

    @property
    def price_hourly(self) -> Decimal:
        """USD an hour."""
        return (self.price_monthly / BILLED_HOURS).quantize(Decimal("0.00001"))


SIZES: tuple[Size, ...] = (
    Size("s-1vcpu-256mb-2gb", 1, 256, 2, 0.25, Decimal(2), "Dew"),  # ours: for tests and tiny services
    Size("s-1vcpu-512mb-10gb", 1, 512, 10, 0.5, Decimal(4)),
    Size("s-1vcpu-1gb", 1, 1024, 25, 1.0, Decimal(6)),
    Size("s-1vcpu-2gb", 1, 2048, 50, 2.0, Decimal(12)),
    Size("s-2vcpu-2gb", 2, 2048, 60, 3.0, Decimal(18)),
    Size("s-2vcpu-4gb", 2, 4096, 80, 4.0, Decimal(24)),
    Size("s-4vcpu-8gb", 4, 8192, 160, 5.0, Decimal(48)),
    Size("s-8vcpu-16gb", 8, 16384, 320, 6.0, Decimal(96)),
)

DEFAULT_SIZE = "s-1vcpu-1gb"

SIZE_BY_SLUG = {size.slug: size for size in SIZES}
