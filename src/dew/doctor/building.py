"""Building images: the tools, the rights, and what is built already."""

import os
import pwd
from pathlib import Path

from dew.doctor.finding import Asked, Ok, Result, is_root
from dew.doctor.programs import SET_UP, absent, listed, works
from dew.images.disk import GRUB_DIRECTORY
from dew.images.packages import KEYRING

IMAGE_PROGRAMS = ("mmdebstrap", "sfdisk", "mke2fs", "grub-mkimage", "qemu-img")
FOREIGN_PROGRAMS = ("bwrap", "setpriv", "prlimit", "gzip", "bzip2", "xz", "zstd", "qemu-img")
EMPTY_SANDBOX = ("bwrap", "--unshare-pid", "--unshare-net", "--ro-bind", "/", "/", "true")
IMAGE_FILES = (GRUB_DIRECTORY / "boot.img", KEYRING)


def image_tools(config: Asked) -> Result:
    """Whether Dew can build its own images."""
    programs = absent(*IMAGE_PROGRAMS, *(() if is_root() else ("fakeroot", "newuidmap")))
    missing = [*programs, *(str(path) for path in IMAGE_FILES if not path.exists())]
    if missing:
        return (
            Ok.WARN,
            f"{listed(missing)} not found: images can't be built.",
            SET_UP.format("what is missing"),
        )
    return Ok.OK, "Everything that building an image takes is here."


def foreign_images(config: Asked) -> Result:
    """Whether images from elsewhere can be taken in."""
    if missing := absent(*FOREIGN_PROGRAMS):
        found = f"{listed(missing)} not found: images can't be imported or fetched."
        return Ok.WARN, found, SET_UP.format("what is missing")
    if not works(*EMPTY_SANDBOX):
        advice = "Ubuntu: let bwrap make user namespaces in an AppArmor profile; in a container, allow them."
        return Ok.WARN, "No sandbox can be made here: images can't be imported or fetched.", advice
    return Ok.OK, "Images from elsewhere are read in a sandbox."


def subordinate_ids(config: Asked) -> Result:
    """What building an image with systemd takes without root."""
    if is_root():
        return None
    lacking = [path for path in ("/etc/subuid", "/etc/subgid") if not _has_range(Path(path))]
    if not lacking:
        return Ok.OK, "You have a range of user ids for building images."
    advice = "An administrator can run: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 YOU"
    return Ok.WARN, f"You have no range in {listed(lacking)}: only dew-micro can be built.", advice


def image_cache(config: Asked) -> Result:
    """Images that need not be built again."""
    names = [path.stem for path in _built_images(config)]
    if not names:
        return Ok.OK, "None built yet: the first Droplet waits for it."
    return Ok.OK, f"{listed(names)} in {config.images}."


def _built_images(config: Asked) -> list[Path]:
    """The newest first."""
    return sorted(config.images.glob("[!.]*.qcow2"), key=lambda path: path.stat().st_mtime, reverse=True)


def _has_range(path: Path) -> bool:
    names = (pwd.getpwuid(os.getuid()).pw_name, str(os.getuid()))
    return path.exists() and any(line.split(":")[0] in names for line in path.read_text().splitlines())
