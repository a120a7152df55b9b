"""Regions. What is the same in every Droplet and Action of a list is encoded once and kept as bytes."""

from functools import cache

import msgspec

from dew.api.wire.units import Json
from dew.model.region import DEFAULT_REGION, REGION_BY_SLUG, REGIONS, Region
from dew.model.size import SIZES

ALL_REGIONS = [region.slug for region in REGIONS]


def region(region: Region) -> Json:
    """An element of /v2/regions; every region is this machine, so every size is to be had in it."""
    return {
        "name": region.name,
        "slug": region.slug,
        "features": [],
        "available": True,
        "sizes": [size.slug for size in SIZES],
    }


def region_of(slug: str) -> msgspec.Raw:
    return _region_bytes(slug if slug in REGION_BY_SLUG else DEFAULT_REGION)


@cache
def _region_bytes(slug: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(region(REGION_BY_SLUG[slug])))
