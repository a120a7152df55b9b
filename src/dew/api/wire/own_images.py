"""What Dew knows of an Image beyond DigitalOcean's object."""

from typing import Annotated

from msgspec import Meta

from dew.api.wire.images import Image, image
from dew.model.image import Image as ImageModel


class OwnImage(Image):
    """An Image, also one that is being fetched or imported, and whether it is whole."""

    damage: Annotated[str, Meta(description="what it has lost; empty where nothing is known")]


def own_image(row: ImageModel, damage: str) -> OwnImage:
    """DigitalOcean's Image object and ``damage``, "" where nothing is known."""
    return {**image(row), "damage": damage}
