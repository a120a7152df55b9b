"""The store: its last check, and whom damage touches."""

import json
from collections.abc import Sequence
from typing import Annotated, TypedDict, cast

from msgspec import Meta

from dew.api.wire.units import Instant
from dew.database.damage import Touched as TouchedModel


class Check(TypedDict):
    """What a check of the store found, in sentences."""

    at: Instant
    layers: Annotated[int, Meta(description="how many were checked")]
    damaged: list[str]
    faults: Annotated[list[str], Meta(description="what harms nobody yet")]


class Touched(TypedDict):
    """An Image, a Droplet or a disk kept for an undo that damage touches."""

    resource_type: Annotated[str, Meta(description="image, droplet or kept_disk")]
    id: int
    name: Annotated[str, Meta(description="of a kept disk: its Droplet's")]
    kind: Annotated[str, Meta(description="of an Image: snapshot, base …; empty of a Droplet")]
    damage: str


class Store(TypedDict):
    """How the disks of all Droplets and Images are."""

    last_check: Check | None
    touched: list[Touched]


def store(last_check: str | None, touched: Sequence[TouchedModel]) -> Store:
    """The store; ``last_check`` is the JSON that a check left."""
    check = None if last_check is None else cast(Check, json.loads(last_check))
    return {"last_check": check, "touched": [_touched(each) for each in touched]}


def _touched(touched: TouchedModel) -> Touched:
    return {
        "resource_type": touched.resource_type,
        "id": touched.id,
        "name": touched.name,
        "kind": touched.kind,
        "damage": touched.damage,
    }
