"""VPCs: the network that Droplets of a region share. There is one for each region, its default.

Nobody makes or changes one, so its id follows from the region's slug and no row is needed.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5

from dew.model.region import REGIONS

DEWS_IDS = UUID("b1d0e2c4-7a35-4f0e-9c55-1a6d3f8e2b90")  # random; what is derived from it is always the same
MADE_AT = datetime(2024, 1, 1, tzinfo=UTC)  # clients want to be told a time


@dataclass(frozen=True)
class Vpc:
    """The default network of one region."""

    id: str
    name: str
    region: str


VPC_BY_REGION = {
    region.slug: Vpc(str(uuid5(DEWS_IDS, f"vpc {region.slug}")), f"default-{region.slug}", region.slug)
    for region in REGIONS
}
VPC_BY_ID = {vpc.id: vpc for vpc in VPC_BY_REGION.values()}
