"""What takes the machine's disk."""

from typing import Annotated, TypedDict

from msgspec import Meta

from dew.actions.space import Totals
from dew.model.space import Taker as TakerModel


class Storage(TypedDict):
    """The disk that the Layers are on, and what of it Dew takes."""

    total_bytes: int
    free_bytes: int
    reserve_bytes: Annotated[int, Meta(description="of the free bytes: not for Actions")]
    layers_bytes: int
    trash_bytes: Annotated[int, Meta(description="comes back by itself, sooner when space is short")]
    exports_bytes: int
    uploads_bytes: int
    caches_bytes: Annotated[int, Meta(description="images that can be had again")]


class Taker(TypedDict):
    """Something that can be deleted: what it reaches, and what of that comes back if it goes."""

    kind: Annotated[str, Meta(description="droplet, or what kind of Image: snapshot, backup, base, custom")]
    id: int
    name: str
    used_bytes: Annotated[int, Meta(description="all that it reaches, shared with others as it may be")]
    frees_bytes: Annotated[int, Meta(description="what it alone reaches")]


def storage(totals: Totals) -> Storage:
    """The disk as a whole."""
    return {
        "total_bytes": totals.total_bytes,
        "free_bytes": totals.free_bytes,
        "reserve_bytes": totals.reserve_bytes,
        "layers_bytes": totals.layers_bytes,
        "trash_bytes": totals.trash_bytes,
        "exports_bytes": totals.exports_bytes,
        "uploads_bytes": totals.uploads_bytes,
        "caches_bytes": totals.caches_bytes,
    }


def taker(taker: TakerModel) -> Taker:
    """An element of /dew/v1/storage."""
    return {
        "kind": taker.kind,
        "id": taker.id,
        "name": taker.name,
        "used_bytes": taker.used_bytes,
        "frees_bytes": taker.frees_bytes,
    }
