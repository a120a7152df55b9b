"""DigitalOcean's SSH key object."""

from typing import TypedDict

from dew.database.keys import Key as KeyModel


class Key(TypedDict):
    """A public SSH key of the account."""

    id: int
    fingerprint: str
    public_key: str
    name: str


def key(key: KeyModel) -> Key:
    """DigitalOcean's SSH key object."""
    return {"id": key.id, "fingerprint": key.fingerprint, "public_key": key.public_key, "name": key.name}
