"""debian-12: an ordinary Debian server with systemd, OpenSSH, sudo, cloud-init and the QEMU guest agent.

What it adds to Debian's own packages, all in `guest/debian`: the identity from the seed before systemd starts
(`/usr/lib/dew/init`), a root filesystem that grows with its disk at boot, a freeze that ends by itself, a
small initramfs, and cloud-init that runs only while there is user data to carry out.

Built without Dew's identity it is a plain cloud image, for testing how Dew treats images from elsewhere.
"""

from __future__ import annotations

import asyncio
import io
import tarfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dew.images import commands, disk, namespace, packages

SIZE_BYTES = 3 << 30

PACKAGES = (
    *("linux-image-cloud-amd64", "initramfs-tools", "systemd-sysv", "udev", "dbus", "libpam-systemd"),
    *("systemd-resolved", "systemd-timesyncd", "openssh-server", "sudo", "cloud-init", "qemu-guest-agent"),
    *("fdisk", "e2fsprogs", "kmod", "iproute2", "iputils-ping", "netbase", "ca-certificates", "curl", "wget"),
    *("less", "nano", "vim-tiny", "procps", "psmisc", "bash-completion", "man-db", "rsync", "cron", "tzdata"),
)

GROWS_BY_ITSELF = ("cloud-guest-utils",)
"""What cloud-init grows the root partition with, as in every cloud image; Dew's own script does without."""

UNPACK_SECONDS = 300.0

GUEST = Path(__file__).parent / "guest"

COMMON_SCRIPTS = ("identity", "grow", "freeze-hook")

FINISH = "/root/finish"

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Choices:
    """How an image departs from the ordinary, for tests."""

    dew_identity: bool = True  # False: cloud-init alone does the identity
    time_synchronisation: bool = True  # False: the guest asks no time server


async def build(target: Path, work: Path, progress: Progress, choices: Choices) -> None:
    """Build the image as a qcow2 at `target`, using the empty directory `work`. Raises StepFailed."""
    overlay, partition_uuid = work / "overlay.tar", str(uuid.uuid4())
    await asyncio.to_thread(_write_overlay, overlay, partition_uuid, choices)
    privilege = namespace.prefix()
    system = work / ("root.tar" if privilege else "root")
    await packages.install(
        PACKAGES if choices.dew_identity else (*PACKAGES, *GROWS_BY_ITSELF),
        system,
        early=[f"tar-in {overlay} /"],
        late=[f'chroot "$1" sh {FINISH} {_yes(choices.dew_identity)} {_yes(choices.time_synchronisation)}'],
        progress=lambda share, text: progress(share * 0.7, text),
    )
    progress(0.7, "writing the disk")
    root = await _unpacked(system, privilege)
    await disk.write(work / "disk.raw", SIZE_BYTES, disk.RootFilesystem(root, privilege, partition_uuid))
    progress(0.85, "compressing the image")
    await disk.publish(work / "disk.raw", target)


def _yes(choice: bool) -> str:
    return "yes" if choice else "no"


async def _unpacked(system: Path, privilege: tuple[str, ...]) -> Path:
    if not privilege:
        return system
    root = system.with_suffix("")
    root.mkdir()
    # No user namespace may make device nodes; the kernel fills /dev by itself.
    unpack = (
        "tar",
        "--extract",
        "--numeric-owner",
        "--exclude=./dev/*",
        "--file",
        system,
        "--directory",
        root,
    )
    await commands.run(*privilege, *unpack, timeout_seconds=UNPACK_SECONDS, what="Unpacking the new system")
    return root


def _write_overlay(overlay: Path, partition_uuid: str, choices: Choices) -> None:
    """A tar of everything Dew adds, owned by root; what lies in /usr/lib/dew is executable."""
    with tarfile.open(overlay, "w") as archive:
        for name, content in _overlay_files(partition_uuid, choices):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            entry.mode = 0o755 if name.startswith("usr/lib/dew/") else 0o644
            archive.addfile(entry, io.BytesIO(content))


def _overlay_files(partition_uuid: str, choices: Choices) -> Iterator[tuple[str, bytes]]:
    yield from _tree(GUEST / "debian/common")
    if choices.dew_identity:
        yield from _tree(GUEST / "debian/dew")
        for name in COMMON_SCRIPTS:
            yield f"usr/lib/dew/{name}", (GUEST / name).read_bytes()
    yield "boot/grub/grub.cfg", grub_configuration(partition_uuid, choices).encode()
    yield "etc/fstab", f"PARTUUID={partition_uuid} / ext4 noatime,discard 0 0\n".encode()
    yield FINISH.lstrip("/"), (GUEST / "debian/finish").read_bytes()


def _tree(top: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(top.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(top)), path.read_bytes()


def grub_configuration(partition_uuid: str, choices: Choices) -> str:
    """The GRUB menu of an image whose root partition has this UUID."""
    text = (GUEST / "debian/grub.cfg").read_text()
    init = "init=/usr/lib/dew/init" if choices.dew_identity else ""
    return text.replace("@PARTUUID@", partition_uuid).replace("@INIT@", init)
