"""How an ordinary user handles files that belong to many users: a user namespace in which they are root."""

from __future__ import annotations

import os


def prefix() -> tuple[str, ...]:
    """What to put before a command; nothing for root, who needs no namespace.

    Maps the user to root and their range in /etc/subuid to the other users (newuidmap, package uidmap).
    """
    return () if os.geteuid() == 0 else ("unshare", "--map-root-user", "--map-auto", "--")
