"""What a guest's processes may do: next to nothing.

As root every guest has a user id of its own, so that one that breaks out of QEMU can touch neither the host
nor another guest. Without root they run as the user does, who trusts them with no more than that.
"""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dew.model.errors import Broken

DEFAULT_UID_BASE = 2_100_000_000
"""Above the ranges of distributions, of systemd's containers (to 1,879,048,191) and of directory services
(SSSD: to 2,000,200,000); there is room for 40 million Droplets below 2^31, where some tools see negative
numbers."""

READER_GID = DEFAULT_UID_BASE
"""The group of all guests, which may read sealed Layers. No Droplet has the id 0, so it is nobody's own."""

IMPORT_UID = DEFAULT_UID_BASE - 1
"""Who foreign images are parsed as: no guest, and no member of the group that may read Layers."""


@dataclass(frozen=True)
class Privileges:
    """How a process is confined when it is started; ``uid`` None means the daemon's own user."""

    uid: int | None = None
    groups: tuple[int, ...] = ()

    def wrap(self, command: Sequence[str]) -> list[str]:
        """Return the command that gives up all else and then becomes ``command`` (same process)."""
        return ["setpriv", *self._identity(), "--no-new-privs", "--inh-caps=-all", "--", *command]

    def _identity(self) -> list[str]:
        if self.uid is None:
            return []
        user = str(self.uid)
        groups = ",".join(map(str, self.groups))
        supplementary = ["--groups", groups] if groups else ["--clear-groups"]
        return ["--reuid", user, "--regid", user, *supplementary, "--bounding-set=-all"]


@dataclass(frozen=True)
class GuestUsers:
    """Which user a guest's processes run as: the daemon's own, unless it is root (``for_root``)."""

    uid_base: int | None = None
    reader_gid: int | None = None  # the group that may read sealed Layers

    @classmethod
    def for_root(cls) -> "GuestUsers":
        """Return the users that guests of a daemon that is root have."""
        return cls(DEFAULT_UID_BASE, READER_GID)

    def uid(self, droplet_id: int) -> int | None:
        """Return the guest's user id, which is its group id too."""
        return None if self.uid_base is None else self.uid_base + droplet_id

    def privileges(self, droplet_id: int, groups: tuple[int, ...] = ()) -> Privileges:
        """Return the rights of the guest's QEMU; Droplet 0 exists nowhere and is for trials."""
        readers = () if self.reader_gid is None else (self.reader_gid,)
        return Privileges(self.uid(droplet_id), (*readers, *groups))

    def hand_over(self, volume: Path, droplet_id: int) -> None:
        """Make a writable file the guest's own and nobody else's. Raises OSError, Broken (it is sealed)."""
        if not volume.stat(follow_symlinks=False).st_mode & stat.S_IWUSR:
            raise Broken(f"{volume} is sealed and must never change, but a guest was about to write to it.")
        uid = self.uid(droplet_id)
        if uid is not None:
            os.chown(volume, uid, uid, follow_symlinks=False)
            volume.chmod(0o600)
