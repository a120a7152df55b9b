"""Regions: DigitalOcean's slugs, all of them this machine.

Automation names a region; refusing "fra1" on a laptop would break it for nothing, so a Droplet keeps the
slug it was asked for and runs here. The slugs are a closed list in DigitalOcean's own description.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """A name that clients may ask for."""

    slug: str
    name: str


REGIONS: tuple[Region, ...] = (
    Region("ams1", "Amsterdam 1"),
    Region("ams2", "Amsterdam 2"),
    Region("ams3", "Amsterdam 3"),
    Region("blr1", "Bangalore 1"),
    Region("fra1", "Frankfurt 1"),
    Region("lon1", "London 1"),
    Region("nyc1", "New York 1"),
    Region("nyc2", "New York 2"),
    Region("nyc3", "New York 3"),
    Region("sfo1", "San Francisco 1"),
    Region("sfo2", "San Francisco 2"),
    Region("sfo3", "San Francisco 3"),
    Region("sgp1", "Singapore 1"),
    Region("syd1", "Sydney 1"),
    Region("tor1", "Toronto 1"),
)

DEFAULT_REGION = "nyc3"

REGION_BY_SLUG = {region.slug: region for region in REGIONS}
