"""The way in to the control panel."""

from datetime import datetime

import msgspec

from dew.client.requests import Requests


class Link(msgspec.Struct, frozen=True):
    """What a browser is signed in with, once."""

    secret: str
    expires_at: datetime


class Sessions(Requests):
    """The browsers that are signed in to one Dew."""

    def make_link(self) -> Link:
        """Make a link that signs one browser in, with the rights of our token."""
        return self._one("POST", "/dew/v1/session/links", "link", Link)
