"""The store, and whom its damage touches."""

from dew.api.wire.units import Json
from dew.database.damage import Touched


def touched(touched: Touched) -> Json:
    """An Image or a Droplet that damage touches."""
    return {
        "resource_type": touched.resource_type,
        "id": touched.id,
        "name": touched.name,
        "kind": touched.kind,
        "damage": touched.damage,
    }
