"""dew-micro: the smallest system that keeps a Droplet's promises, for tests and first tries.

What it promises:

- boots from its own disk: SeaBIOS, GRUB (also on ttyS0, no waiting), Debian's cloud kernel, ext4 root;
- the kernel's log and a login on ttyS0;
- the identity in its seed disk (see `guest/identity`): SSH as root with the seed's keys, with a password only
  if the seed gives one; a machine-id and an ed25519 host key of its own, the same after a reboot or a
  restore, new for a new Droplet;
- its address by DHCP;
- `sudo poweroff` closes the SSH connection and powers off through ACPI; so does the power button;
- the QEMU guest agent, with freeze and thaw; a freeze ends by itself after 10 s (see `guest/freeze-hook`);
- what was synced survives a power cut; the root filesystem grows at boot to a disk that became larger;
- busybox's tools: sha256sum, dd, sync, ip, wget, nc, sh and the rest; no sftp: `ssh host 'cat > file'`.

It ignores user data: there is no cloud-init.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from dew.images import commands, cpio, disk, packages

SIZE_BYTES = 1 << 30

PACKAGES = (
    "linux-image-cloud-amd64",
    "busybox-static",
    "dropbear-bin",
    "qemu-guest-agent",
    "fdisk",
    "e2fsprogs",
    "util-linux",
)

PROGRAMS = ("dropbear", "dropbearkey", "qemu-ga", "sfdisk", "resizepart", "resize2fs")
"""Beside busybox; each comes with the libraries it is linked against."""

DISK_MODULES = ("virtio_pci", "virtio_blk")
LATER_MODULES = {
    "network": ("virtio_net",),
    "seed": ("isofs",),
    "later": ("virtio_console", "evdev", "button", "virtio-rng"),
}
"""Kernel modules by the moment they are loaded (see `guest/micro/start`), without their dependencies."""

DIRECTORIES = (
    *("boot/grub", "dev", "proc", "sys", "run", "tmp", "root", "mnt", "var/log", "usr/bin", "usr/lib/dew"),
    *("usr/lib/modules", "etc/dew/modules", "etc/dropbear"),
)

LINKS = {
    "bin": "usr/bin",
    "sbin": "usr/bin",
    "lib": "usr/lib",
    "lib64": "usr/lib",
    "usr/sbin": "bin",
    "usr/lib64": "lib",
    "var/run": "/run",
    "etc/mtab": "/proc/self/mounts",
    "etc/resolv.conf": "/run/resolv.conf",
}

COMMON_SCRIPTS = ("identity", "grow", "freeze-hook")
SCRIPTS = ("distribution", "start", "stop", "network", "lease", "ssh", "agent", "power-button")
COMMANDS = ("sudo", "shutdown", "chpasswd")

PROGRAM_PLACES = ("usr/sbin", "usr/bin", "sbin", "bin")
LIBRARY_PLACES = ("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu")

ASK_SECONDS = 30.0

GUEST = Path(__file__).parent / "guest"

Progress = Callable[[float, str], None]


async def build(target: Path, work: Path, progress: Progress) -> None:
    """Build the image as a qcow2 at `target`, using the empty directory `work`. Raises StepFailed."""
    source, root = work / "packages", work / "root"
    await packages.extract(PACKAGES, source, lambda share, text: progress(share * 0.6, text))
    progress(0.6, "assembling the system")
    await asyncio.to_thread(_lay_out, source, root)
    await _copy_programs(source, root)
    await asyncio.to_thread(_install_kernel, source, root)
    progress(0.7, "writing the disk")
    await disk.write(work / "disk.raw", SIZE_BYTES, disk.RootFilesystem(root, _privilege()))
    progress(0.85, "compressing the image")
    await disk.publish(work / "disk.raw", target)


def _privilege() -> tuple[str, ...]:
    """Every file belongs to root in the image, whoever builds it."""
    return () if os.geteuid() == 0 else ("fakeroot", "--")


def _lay_out(source: Path, root: Path) -> None:
    for name in DIRECTORIES:
        (root / name).mkdir(parents=True, exist_ok=True)
    for name, place in LINKS.items():
        (root / name).symlink_to(place)
    (root / "tmp").chmod(0o1777)
    (root / "root").chmod(0o700)
    _install_scripts(root)
    shutil.copytree(GUEST / "micro/etc", root / "etc", dirs_exist_ok=True)
    (root / "etc/shadow").chmod(0o600)
    shutil.copy(GUEST / "micro/grub.cfg", root / "boot/grub/grub.cfg")


def _install_scripts(root: Path) -> None:
    for script in (*(GUEST / name for name in COMMON_SCRIPTS), *(GUEST / "micro" / name for name in SCRIPTS)):
        _install_program(script, root / "usr/lib/dew" / script.name)
    for name in COMMANDS:
        _install_program(GUEST / "micro" / name, root / "usr/bin" / name)


def _install_program(source: Path, place: Path) -> None:
    """Git and wheels do not reliably keep a file's mode, so it is set here."""
    shutil.copyfile(source, place)
    place.chmod(0o755)


async def _copy_programs(source: Path, root: Path) -> None:
    busybox = source / "bin/busybox"
    _install_program(busybox, root / "usr/bin/busybox")
    for applet in (await _ask(busybox, "--list")).split():
        if not (root / "usr/bin" / applet).exists():
            (root / "usr/bin" / applet).symlink_to("busybox")
    for program in PROGRAMS:
        await _copy_program(source, root, program)


async def _copy_program(source: Path, root: Path, name: str) -> None:
    program = next(path for place in PROGRAM_PLACES if (path := source / place / name).exists())
    place = root / "usr/bin" / name
    place.unlink(missing_ok=True)
    _install_program(program, place)
    for library in await _libraries(source, program):
        if not (copy := root / "usr/lib" / library.name).exists():
            shutil.copy(library, copy)


async def _libraries(source: Path, program: Path) -> list[Path]:
    """The files a program is linked against, as their own dynamic loader finds them."""
    # Not by way of lib64: there it is an absolute link, to the loader of the machine that builds.
    loader = source / "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
    places = ":".join(str(source / place) for place in LIBRARY_PLACES)
    listed = await _ask(loader, "--library-path", places, "--list", program)
    return [loader, *(Path(path) for path in re.findall(r" => (/\S+)", listed))]


async def _ask(*command: str | Path) -> str:
    return await commands.run(*command, timeout_seconds=ASK_SECONDS, what="Reading the unpacked packages")


def _install_kernel(source: Path, root: Path) -> None:
    shutil.copy(next((source / "boot").glob("vmlinuz-*")), root / "boot/vmlinuz")
    modules = {path.stem: path for path in source.glob("lib/modules/*/kernel/**/*.ko")}
    disk_modules = with_dependencies(modules, DISK_MODULES)
    (root / "boot/initrd.img").write_bytes(_initramfs(source / "bin/busybox", disk_modules))
    loaded = {path.stem for path in disk_modules}
    for moment, names in LATER_MODULES.items():
        needed = [path for path in with_dependencies(modules, names) if path.stem not in loaded]
        loaded |= {path.stem for path in needed}
        for path in needed:
            shutil.copy(path, root / "lib/modules" / path.name)
        listing = "".join(f"/lib/modules/{path.name}\n" for path in needed)
        (root / "etc/dew/modules" / moment).write_text(listing)


def with_dependencies(modules: Mapping[str, Path], names: Iterable[str]) -> list[Path]:
    """The files of these kernel modules and of all they need, in an order in which they can be loaded.

    What is not among the files is built into the kernel.
    """
    ordered: dict[Path, None] = {}
    for name in names:
        if path := modules.get(name):
            ordered |= dict.fromkeys(with_dependencies(modules, module_dependencies(path.read_bytes())))
            ordered[path] = None
    return list(ordered)


def module_dependencies(module: bytes) -> list[str]:
    """What a kernel module's `depends=` field names."""
    found = re.search(rb"\0depends=([^\0]+)\0", module)
    return found[1].decode().split(",") if found else []


def _initramfs(busybox: Path, modules: list[Path]) -> bytes:
    entries = [cpio.directory(name) for name in ("bin", "dev", "root", "lib")]
    entries.append(cpio.character_device("dev/console", 5, 1))
    entries.append(cpio.program("bin/busybox", busybox.read_bytes()))
    entries.append(cpio.program("init", (GUEST / "micro/initramfs-init").read_bytes()))
    entries += [cpio.file(f"lib/{path.name}", path.read_bytes()) for path in modules]
    entries.append(cpio.file("modules", "".join(f"/lib/{path.name}\n" for path in modules).encode()))
    return gzip.compress(cpio.archive(entries), compresslevel=9, mtime=0)
