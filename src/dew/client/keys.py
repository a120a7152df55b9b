"""The account's public SSH keys."""

import msgspec

from dew.client.requests import Requests


class Key(msgspec.Struct, frozen=True):
    """A public SSH key of the account."""

    id: int
    name: str
    fingerprint: str
    public_key: str


class Keys(Requests):
    """The SSH keys of one Dew."""

    def ssh_keys(self) -> list[Key]:
        """Return the account's public SSH keys."""
        return self._list("/v2/account/keys", "ssh_keys", Key)

    def add_key(self, name: str, public_key: str) -> Key:
        """Add a public SSH key."""
        body = {"name": name, "public_key": public_key}
        return self._one("POST", "/v2/account/keys", "ssh_key", Key, body)

    def delete_key(self, key_id: int) -> None:
        """Delete a public SSH key; Droplets that have it keep it."""
        self._send("DELETE", f"/v2/account/keys/{key_id}")
