"""The account: Dew has one, its operator's."""

from typing import Literal, TypedDict


class Team(TypedDict):
    """Who the account belongs to."""

    uuid: str
    name: str


class Account(TypedDict):
    """DigitalOcean's account object."""

    droplet_limit: int
    floating_ip_limit: int
    email: str
    name: str
    uuid: str
    email_verified: bool
    status: Literal["active"]
    status_message: str
    team: Team


def account(installation: str, name: str, email: str, droplet_limit: int) -> Account:
    """DigitalOcean's account object; ``installation`` is the database's, and stands for who owns it."""
    return {
        "droplet_limit": droplet_limit,
        "floating_ip_limit": 0,
        "email": email,
        "name": name,
        "uuid": installation,
        "email_verified": True,
        "status": "active",
        "status_message": "",
        "team": {"uuid": installation, "name": name},
    }
