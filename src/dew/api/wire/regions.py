"""Regions. What is the same in every Droplet and Action of a list is encoded once and kept as bytes."""

from collections.abc import Sequence
from functools import cache
from typing import TypedDict

from dew.api.wire.encoded import encoded
from dew.model.region import DEFAULT_REGION, REGION_BY_SLUG, REGIONS
from dew.model.region import Region as RegionModel
from dew.model.size import SIZES

ALL_REGIONS = [region.slug for region in REGIONS]


class Region(TypedDict):
    """A place that Droplets can be asked for; with Dew all are this machine."""

    name: str
    slug: str
    features: Sequence[str]
    available: bool
    sizes: Sequence[str]


def region(region: RegionModel) -> Region:
    """An element of /v2/regions; every region is this machine, so every size is to be had in it."""
    return {
        "name": region.name,
        "slug": region.slug,
        "features": [],
        "available": True,
        "sizes": [size.slug for size in SIZES],
    }


def region_of(slug: str) -> Region:
    return _encoded_region(slug if slug in REGION_BY_SLUG else DEFAULT_REGION)


@cache
def _encoded_region(slug: str) -> Region:
    return encoded(region(REGION_BY_SLUG[slug]))
