"""DigitalOcean's SSH key object."""

from dew.api.wire.units import Json
from dew.database.keys import Key


def key(key: Key) -> Json:
    """DigitalOcean's SSH key object."""
    return {"id": key.id, "fingerprint": key.fingerprint, "public_key": key.public_key, "name": key.name}
