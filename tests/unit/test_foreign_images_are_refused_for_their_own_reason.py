"""Inspection: hostile images are refused, each for its own reason; good ones are recognised."""

import subprocess
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit import hostile_images
from tests.unit.hostile_images import CORPUS

from dew.actions.import_image import declared_format
from dew.images.inspection import FORMATS, Refused, inspect

LARGEST_DISK_BYTES = 8 << 20
OPTIONS = {"vmdk streamOptimized": ("vmdk", "subformat=streamOptimized")}


def judge(path: Path, content: bytes, largest_disk_bytes: int = 1 << 30) -> str:
    """Return why the content is refused, "" if it is not."""
    path.write_bytes(content)
    try:
        inspect(path, declared=None, largest_disk_bytes=largest_disk_bytes)
    except Refused as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize("name", CORPUS)
def test_a_hostile_image_is_refused_for_its_own_reason(name: str, tmp_path: Path) -> None:
    make, reason = CORPUS[name]
    largest = LARGEST_DISK_BYTES if "raw disk" in name else 1 << 30
    assert reason in judge(tmp_path / "image", make(), largest)


@pytest.mark.parametrize("kind", ["qcow2", "vmdk", "vdi", "vhdx"])
def test_what_the_corpus_is_made_from_is_accepted_as_it_is(kind: str, tmp_path: Path) -> None:
    """Else the corpus could be refused for what it has in common."""
    make = {
        "qcow2": hostile_images.qcow2,
        "vmdk": hostile_images.vmdk,
        "vdi": hostile_images.vdi,
        "vhdx": hostile_images.vhdx,
    }
    assert judge(tmp_path / "image", make[kind]()) == ""


@pytest.mark.parametrize("name", [*FORMATS, *OPTIONS])
def test_what_qemu_makes_is_recognised(name: str, tmp_path: Path) -> None:
    disk, image = tmp_path / "disk", tmp_path / "image"
    disk.write_bytes(hostile_images.raw(20 << 20))
    kind, option = OPTIONS.get(name, (name, ""))
    command = ["qemu-img", "convert", "-f", "raw", "-O", kind, *(["-o", option] if option else [])]
    subprocess.run([*command, disk, image], check=True)
    found = inspect(image, declared=kind, largest_disk_bytes=1 << 30)
    assert (found.format, found.disk_bytes) == (kind, 20 << 20)


@pytest.mark.parametrize("declared", [kind for kind in FORMATS if kind != "qcow2"])
def test_an_image_that_is_not_what_it_was_said_to_be_is_refused(declared: str, tmp_path: Path) -> None:
    (tmp_path / "image").write_bytes(hostile_images.qcow2())
    with pytest.raises(Refused, match=f"said to be {declared}, but it is qcow2"):
        inspect(tmp_path / "image", declared=declared, largest_disk_bytes=1 << 30)


@pytest.mark.parametrize(
    ("name", "declared"),
    [
        ("disk.vmdk.gz", "vmdk"),
        ("Disk.QCOW2", "qcow2"),
        ("disk.img", None),
        ("noble-server-cloudimg-amd64.img.xz", None),
        ("disk.raw.zst", "raw"),
        ("disk", None),
        (".gz", None),
        ("", None),
    ],
)
def test_a_name_declares_a_format_by_its_ending_alone(name: str, declared: str | None) -> None:
    assert declared_format(name) == declared


SEEDS = [make() for make, _ in CORPUS.values()] + [hostile_images.raw(), hostile_images.vmdk()]


@st.composite
def broken_headers(draw: st.DrawFn) -> bytes:
    """A header with bytes of it replaced, and cut off somewhere."""
    image = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 8))):
        where = draw(st.integers(0, max(0, min(len(image), 1 << 12) - 1)))
        new = draw(st.binary(min_size=1, max_size=16))
        image[where : where + len(new)] = new
    return bytes(image[: draw(st.integers(0, len(image)))] if draw(st.booleans()) else image)


@settings(
    max_examples=300,
    deadline=2000,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(content=st.one_of(broken_headers(), st.binary(max_size=4096)))
def test_no_header_makes_inspection_crash_or_hang(content: bytes, tmp_path: Path) -> None:
    """Whatever comes is refused or accepted within the deadline, and never anything else."""
    judge(tmp_path / "image", content)


def test_a_long_file_is_inspected_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "image"
    with path.open("wb") as file:
        file.write(hostile_images.streamed_vmdk(1)[:-1536])
        file.truncate(10 << 30)
    tracemalloc.start()
    with pytest.raises(Refused):
        inspect(path, declared=None, largest_disk_bytes=1 << 40)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 16 << 20
