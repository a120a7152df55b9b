"""Unpacking and converting for real: every format and packing, with bombs, liars and limits."""

import asyncio
import bz2
import gzip
import lzma
import os
import socket
import struct
import subprocess
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from tests.small_disk import eight_mebibytes, takes_root
from tests.unit import hostile_images

from dew.compute.privileges import IMPORT_UID
from dew.images import conversion, unpacking
from dew.images.address_policy import AddressPolicy
from dew.images.confinement import Confinement, Limits
from dew.images.conversion import convert
from dew.images.importer import ImageImporter
from dew.images.unpacking import Allowance, unpack, unpacker
from dew.model.errors import NoSpace, StepFailed
from dew.storage.qcow2_header import read_header

__all__ = ["eight_mebibytes"]  # a fixture
pytestmark = pytest.mark.computes  # it packs and unpacks
LARGEST_BYTES = 1 << 30
ROOM_BYTES = 256 << 20
USER = IMPORT_UID if os.geteuid() == 0 else None


@pytest.fixture
def importer() -> ImageImporter:
    return ImageImporter(Confinement(USER), AddressPolicy(), LARGEST_BYTES)


@pytest.fixture
def confined() -> Confinement:
    return Confinement(USER)


def disk() -> bytes:
    """A disk with something on it, and a hole at its end."""
    return hostile_images.raw(1 << 20) + os.urandom(1 << 20) + bytes(4 << 20)


def as_raw(image: Path) -> bytes:
    command = ["qemu-img", "convert", "-f", "qcow2", "-O", "raw", image, image.with_suffix(".raw")]
    subprocess.run(command, check=True)
    return image.with_suffix(".raw").read_bytes()


@pytest.mark.parametrize("kind", ["raw", "qcow2", "vmdk", "vdi", "vhdx"])
async def test_every_format_becomes_a_layer_with_the_same_bytes(
    kind: str, importer: ImageImporter, tmp_path: Path
) -> None:
    content, original, image, target = disk(), tmp_path / "raw", tmp_path / "image", tmp_path / "made.qcow2"
    original.write_bytes(content)
    subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", kind, original, image], check=True)
    shares: list[float] = []
    found = await importer.inspect(image, kind)
    await importer.convert(
        image, found.format, found.disk_bytes, target, ROOM_BYTES, lambda share, _: shares.append(share)
    )
    read_header(target).require_plain(target)
    assert (target.stat().st_uid, target.stat().st_mode & 0o777) == (os.geteuid(), 0o600)
    assert as_raw(target) == content
    assert shares[-1] == 1.0


def packed(how: str, content: bytes) -> bytes:
    if how == "zstd":
        return subprocess.run(["zstd", "-qc"], input=content, capture_output=True, check=True).stdout
    return {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}[how](content)


@pytest.mark.parametrize("how", ["gzip", "bzip2", "xz", "zstd"])
async def test_every_packing_is_unpacked_to_the_same_bytes(
    how: str, importer: ImageImporter, tmp_path: Path
) -> None:
    content, source, target = disk(), tmp_path / "packed", tmp_path / "unpacked"
    source.write_bytes(packed(how, content))
    assert await importer.unpack(source, target, ROOM_BYTES, lambda *_: None)
    assert target.read_bytes() == content
    assert target.stat().st_blocks * 512 < len(content) // 2, "it has holes"


async def test_what_is_not_packed_is_left_alone(importer: ImageImporter, tmp_path: Path) -> None:
    (tmp_path / "image").write_bytes(disk())
    assert not await importer.unpack(tmp_path / "image", tmp_path / "unpacked", ROOM_BYTES, lambda *_: None)
    assert not (tmp_path / "unpacked").exists()


@pytest.mark.parametrize("how", ["gzip", "bzip2", "xz", "zstd"])
async def test_a_packed_file_that_is_cut_short_or_damaged_is_refused(
    how: str, importer: ImageImporter, tmp_path: Path
) -> None:
    whole, source = packed(how, disk()), tmp_path / "packed"
    middle = len(whole) // 2
    damaged = (
        whole[:middle] + bytes(byte ^ 0xFF for byte in whole[middle : middle + 64]) + whole[middle + 64 :]
    )
    for broken in (whole[: len(whole) // 2], damaged):
        source.write_bytes(broken)
        with pytest.raises(StepFailed, match="damaged or cut short"):
            await importer.unpack(source, tmp_path / "unpacked", ROOM_BYTES, lambda *_: None)


def bomb(how: str, piece: bytes, times: int) -> bytes:
    """Something small that unpacks to ``times`` pieces: all these formats take members in a row."""
    return packed(how, piece) * times


@pytest.mark.parametrize("how", ["gzip", "xz", "zstd"])
async def test_a_bomb_of_nothing_is_refused_at_its_length(
    how: str, confined: Confinement, tmp_path: Path
) -> None:
    source, target = tmp_path / "bomb", tmp_path / "unpacked"
    source.write_bytes(bomb(how, bytes(2 << 20), 1000))  # 2 GB
    program = unpacker(source)
    assert program is not None
    with pytest.raises(StepFailed, match=r"More than 0\.1 GiB come out"):
        await unpack(confined, program, source, target, Allowance(64 << 20, ROOM_BYTES))
    assert target.stat().st_blocks * 512 < 1 << 20


async def test_a_bomb_of_something_is_refused_before_it_eats_the_reserve(
    confined: Confinement, tmp_path: Path
) -> None:
    source, target = tmp_path / "bomb", tmp_path / "unpacked"
    source.write_bytes(bomb("zstd", b"\x01" * (2 << 20), 100))
    with pytest.raises(NoSpace, match="free beyond the reserve"):
        await unpack(confined, ("zstd", "-dcq"), source, target, Allowance(1 << 40, 8 << 20))
    assert target.stat().st_blocks * 512 <= 9 << 20


async def test_unpacking_has_an_end_in_time(
    confined: Confinement, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "UNPACK_SECONDS", 0.5)
    source = tmp_path / "bomb"
    source.write_bytes(bomb("gzip", bytes(8 << 20), 2000))
    begun = time.monotonic()
    with pytest.raises(StepFailed, match="took longer than"):
        await unpack(confined, ("gzip", "-dc"), source, tmp_path / "out", Allowance(1 << 50, 1 << 50))
    assert time.monotonic() - begun < 10


async def test_unpacking_is_bounded_in_memory(confined: Confinement, tmp_path: Path) -> None:
    """An xz file may ask for a dictionary of 4 GiB; this one asks for 1.5."""
    source = tmp_path / "greedy.xz"
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 3 << 29, "mode": lzma.MODE_FAST, "mf": lzma.MF_HC3}]
    whole = bytearray(lzma.compress(disk()[:4096], filters=[{**filters[0], "dict_size": 1 << 16}]))
    whole[16] = 39  # the dictionary's size, in the filter's flags: 3 GiB, with the header's CRC made to fit
    header_bytes = (whole[12] + 1) * 4
    whole[12 + header_bytes - 4 : 12 + header_bytes] = zlib.crc32(whole[12 : 12 + header_bytes - 4]).to_bytes(
        4, "little"
    )
    source.write_bytes(whole)
    with pytest.raises(StepFailed, match=r"damaged or cut short.*memory"):
        await unpack(confined, ("xz", "-dcq"), source, tmp_path / "out", Allowance(1 << 30, 1 << 30))


async def test_a_converted_image_may_not_eat_the_reserve(confined: Confinement, tmp_path: Path) -> None:
    source, target = tmp_path / "raw", tmp_path / "made.qcow2"
    source.write_bytes(os.urandom(16 << 20))
    confined.hand_over(source)
    with pytest.raises(NoSpace, match="free beyond the reserve"):
        await convert(confined, source, "raw", target, 4 << 20)
    assert target.stat().st_size <= 4 << 20


def same_cluster_everywhere(path: Path) -> None:
    """Make a qcow2 of 64 MiB whose every cluster is the one that was written: a bomb of 400 KB."""
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", path, "64M"], check=True)
    subprocess.run(["qemu-io", "-c", "write -q -P 7 0 64k", path], check=True, stdout=subprocess.DEVNULL)
    image = bytearray(path.read_bytes())
    (first_level,) = struct.unpack_from(">Q", image, 40)
    second_level = struct.unpack_from(">Q", image, first_level)[0] & 0x00FFFFFFFFFFFE00
    image[second_level : second_level + 1024 * 8] = image[second_level : second_level + 8] * 1024
    path.write_bytes(image)


async def test_an_image_that_says_the_same_again_and_again_is_no_way_to_fill_the_disk(
    importer: ImageImporter, tmp_path: Path
) -> None:
    source, target = tmp_path / "image", tmp_path / "made.qcow2"
    same_cluster_everywhere(source)
    found = await importer.inspect(source, None)
    with pytest.raises(NoSpace, match="free beyond the reserve"):
        await importer.convert(source, found.format, found.disk_bytes, target, 16 << 20, lambda *_: None)
    assert target.stat().st_blocks * 512 <= 17 << 20


async def test_converting_has_an_end_in_time(
    confined: Confinement, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, "CONVERT_SECONDS", 0.02)
    source = tmp_path / "raw"
    source.write_bytes(os.urandom(4 << 20) * 32)
    confined.hand_over(source)
    with pytest.raises(StepFailed, match="took longer than"):
        await convert(confined, source, "raw", tmp_path / "made.qcow2", 4 << 30)


SECRET = b"what the machine keeps to itself".ljust(512)


@contextmanager
def secret(directory: Path) -> Iterator[Path]:
    """A file that everybody on the machine may read."""
    path = directory / "secret"
    path.write_bytes(SECRET * 4096)
    path.chmod(0o644)
    directory.chmod(0o755)
    yield path


def leaks(secret: Path) -> dict[str, tuple[str, bytes]]:
    """Images that have QEMU open another file, had they got past the inspection."""
    sectors = secret.stat().st_size // 512
    flat = (
        f'# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType="monolithicFlat"\n'
        f'RW {sectors} FLAT "{secret}" 0\n'
    )
    parent = hostile_images.VMDK_TEXT.replace("parentCID=ffffffff", f'parentFileNameHint="{secret}"')
    return {
        "a qcow2 with a backing file": (
            "qcow2",
            hostile_images.qcow2(backing=f'json:{{"driver":"raw","file.filename":"{secret}"}}'.encode()),
        ),
        "a vmdk that is a description": ("vmdk", flat.encode().ljust(4096, b"\n")),
        "a vmdk without a capacity": ("vmdk", hostile_images.vmdk(flat, sectors=0)),
        "a vmdk with a parent": ("vmdk", hostile_images.vmdk(parent)),
    }


@pytest.mark.parametrize("which", ["a qcow2 with a backing file", *list(leaks(Path(__file__)))[1:]])
async def test_no_image_can_have_another_file_read(which: str, confined: Confinement, tmp_path: Path) -> None:
    """The second wall: these are refused by inspection, and would find nothing if they were not."""
    with secret(tmp_path) as path:
        kind, content = leaks(path)[which]
        source, target = tmp_path / "image", tmp_path / "made.qcow2"
        source.write_bytes(content)
        confined.hand_over(source)
        try:
            await convert(confined, source, kind, target, 64 << 20)
        except StepFailed:
            return
        assert SECRET not in as_raw(target)


async def test_qemu_alone_would_have_read_the_other_file(tmp_path: Path) -> None:
    """The test above would prove nothing if these images were harmless."""
    with secret(tmp_path) as path:
        (tmp_path / "image").write_bytes(leaks(path)["a vmdk that is a description"][1])
        command = [
            "qemu-img",
            "convert",
            "-f",
            "vmdk",
            "-O",
            "qcow2",
            tmp_path / "image",
            tmp_path / "x.qcow2",
        ]
        subprocess.run(command, check=True)
        assert SECRET in as_raw(tmp_path / "x.qcow2")


async def run(confined: Confinement, *command: str) -> tuple[str, str | None]:
    """Return what a command printed, and what it complained about, None if it ended well."""
    async with confined.running(command, Limits(file_bytes=1 << 20, seconds=20)) as program:
        return (await program.output.read()).decode(), await program.complaint()


async def test_a_confined_program_finds_no_files_no_network_and_no_rights(confined: Confinement) -> None:
    listed, _ = await run(confined, "ls", "-A", "/")
    assert set(listed.split()) == {"usr", "bin", "lib", "lib64", "dev"}
    identity, _ = await run(confined, "id", "-u")
    assert int(identity) == (IMPORT_UID if USER is not None else os.geteuid())
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        _, complaint = await run(confined, "bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{port}")
    assert complaint is not None
    assert "unreachable" in complaint or "refused" in complaint
    for forbidden in ("touch /usr/mine", "mount -t tmpfs none /usr", "ls /proc/1"):
        _, complaint = await run(confined, "sh", "-c", forbidden)
        assert complaint is not None, forbidden


async def test_a_confined_program_dies_with_dewd(tmp_path: Path) -> None:
    """A converter that outlived a killed dewd would write to a file that the next one works on."""
    command = Confinement(USER).command(["sleep", "60"], Limits(file_bytes=0, seconds=60), None, None)
    with subprocess.Popen(
        ["sh", "-c", '"$@" & echo $!; wait', "sh", *command], stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        time.sleep(0.5)
        assert Path(f"/proc/{child}").exists()
        parent.kill()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists()


async def test_a_sandbox_that_cannot_be_made_is_not_blamed_on_the_image(
    confined: Confinement, tmp_path: Path
) -> None:
    (tmp_path / "image").write_bytes(b"\x1f\x8b" + bytes(100))
    with pytest.raises(StepFailed, match=r"sandbox .* can't be made here"):
        await unpack(
            confined, ("no-such-unpacker",), tmp_path / "image", tmp_path / "out", Allowance(1 << 20, 1 << 20)
        )


@takes_root
async def test_a_disk_that_becomes_full_meanwhile_is_said_to_be_full(
    confined: Confinement, small_disk: Path, tmp_path: Path
) -> None:
    packed_file, plain = tmp_path / "packed", tmp_path / "plain"
    plain.write_bytes(os.urandom(16 << 20))
    packed_file.write_bytes(packed("zstd", plain.read_bytes()))
    with pytest.raises(NoSpace, match="became full"):
        await unpack(confined, ("zstd", "-dcq"), packed_file, small_disk / "out", Allowance(1 << 30, 1 << 30))
    (small_disk / "out").unlink()
    confined.hand_over(plain)
    with pytest.raises(NoSpace, match="Make room"):
        await convert(confined, plain, "raw", small_disk / "made.qcow2", 1 << 30)


def runs_with(source: Path) -> bool:
    """Whether any process has the path in its command line."""
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if str(source).encode() in command.read_bytes():
                return True
    return False


async def wait_for(confined: Confinement, *command: str, seconds: float) -> None:
    async with confined.running(command, Limits(file_bytes=0, seconds=seconds)) as program:
        await program.complaint()


async def test_time_is_over_also_for_a_program_whose_end_is_waited_for(confined: Confinement) -> None:
    with pytest.raises(StepFailed, match="took longer than"):
        await wait_for(confined, "sleep", "30", seconds=0.3)


async def test_a_cancelled_conversion_leaves_nothing_running(confined: Confinement, tmp_path: Path) -> None:
    source, target = tmp_path / "raw", tmp_path / "made.qcow2"
    source.write_bytes(os.urandom(4 << 20) * 32)
    confined.hand_over(source)
    for after_seconds in (each / 1000 for each in range(0, 40, 2)):
        converting = asyncio.create_task(convert(confined, source, "raw", target, 1 << 30))
        await asyncio.sleep(after_seconds)
        converting.cancel()
        await asyncio.sleep(0)
        converting.cancel()  # whoever stops a daemon may do it twice
        with suppress(asyncio.CancelledError):  # the last ones may have been done
            async with asyncio.timeout(10):
                await converting
        assert not runs_with(source)
