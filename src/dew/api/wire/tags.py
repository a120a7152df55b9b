"""DigitalOcean's tag object."""

from typing import NotRequired, TypedDict

from dew.database.tags import Tag as TagModel
from dew.database.tags import Tagged


class Statistics(TypedDict):
    """How many resources have a tag, and which got it last."""

    count: int
    last_tagged_uri: NotRequired[str]


class TaggedResources(Statistics):
    """What has a tag, in all and by type; of the last three Dew has none."""

    droplets: Statistics
    images: Statistics
    volumes: Statistics
    volume_snapshots: Statistics
    databases: Statistics


class Tag(TypedDict):
    """A name that Droplets and Images are found by."""

    name: str
    resources: TaggedResources


def tag(tag: TagModel, base_url: str) -> Tag:
    """A tag with what has it; ``base_url`` is that of the request, as for all links."""
    parts = {type_: tag.resources.get(type_) for type_ in ("droplet", "image")}
    newest = max(tag.resources, key=lambda type_: tag.resources[type_].tagging_id, default=None)
    whole = _statistics(newest, tag.resources.get(newest) if newest else None, base_url)
    whole["count"] = sum(part.count for part in tag.resources.values())
    return {
        "name": tag.name,
        "resources": {
            **whole,
            "droplets": _statistics("droplet", parts["droplet"], base_url),
            "images": _statistics("image", parts["image"], base_url),
            "volumes": {"count": 0},
            "volume_snapshots": {"count": 0},
            "databases": {"count": 0},
        },
    }


def _statistics(type_: str | None, part: Tagged | None, base_url: str) -> Statistics:
    if part is None:
        return {"count": 0}
    return {"count": part.count, "last_tagged_uri": f"{base_url}v2/{type_}s/{part.newest_id}"}
