"""Recipes are complete, know when they changed, and building cleans up after itself."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from dew.images import RECIPES, Choices, build, debian, micro, packages, recipe
from dew.model.errors import NoSpace, NotFound, StepFailed

GUEST = Path(micro.__file__).parent / "guest"


def is_script(path: Path) -> bool:
    return path.is_file() and path.read_bytes().startswith(b"#!/")


SCRIPTS = sorted(path for path in GUEST.rglob("*") if is_script(path))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: str(path.relative_to(GUEST)))
def test_every_guest_script_parses(script: Path) -> None:
    subprocess.run(["sh", "-n", script], check=True)


def test_every_named_guest_file_exists() -> None:
    names = [*(GUEST / name for name in micro.COMMON_SCRIPTS)]
    names += [GUEST / "micro" / name for name in (*micro.SCRIPTS, *micro.COMMANDS)]
    assert [path for path in names if not path.is_file()] == []


def test_recipes_are_named_by_their_slug_and_versioned() -> None:
    assert set(RECIPES) == {"debian-12", "dew-micro"}
    assert all(one.name == name and len(one.version) == 12 for name, one in RECIPES.items())


async def test_an_unknown_image_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="debian-12, dew-micro"):
        await build("windows", tmp_path / "x", tmp_path, lambda share, text: None)


async def test_too_little_room_is_said_before_anything_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = 1 << 20

    monkeypatch.setattr(recipe.shutil, "disk_usage", lambda path: Usage)
    with pytest.raises(NoSpace, match="are a reserve"):
        await build("dew-micro", tmp_path / "x", tmp_path, lambda share, text: None)


@pytest.mark.parametrize("failure", [StepFailed("no"), OSError(5, "broken"), asyncio.CancelledError()])
async def test_nothing_is_left_however_building_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    async def fail(target: Path, work: Path, progress: object) -> None:
        (work / "large").write_bytes(b"x")
        raise failure

    monkeypatch.setattr(micro, "build", fail)
    expected = StepFailed if isinstance(failure, OSError) else type(failure)
    with pytest.raises(expected):
        await build("dew-micro", tmp_path / "x", tmp_path / "work", lambda share, text: None)
    assert list((tmp_path / "work").iterdir()) == []


def test_modules_load_after_what_they_need(tmp_path: Path) -> None:
    needs = {"top": b"middle,low", "middle": b"low,builtin", "low": b""}
    modules = {}
    for name, names in needs.items():
        modules[name] = tmp_path / f"{name}.ko"
        modules[name].write_bytes(b"\0license=GPL\0depends=" + names + b"\0name=x\0")
    ordered = [path.stem for path in micro.with_dependencies(modules, ["top"])]
    assert ordered == ["low", "middle", "top"]


def test_only_the_suites_own_sources_are_taken() -> None:
    listed = "\n".join(
        [
            "Debian|bookworm|http://mirror.test/debian/|bookworm|main",
            "Debian|bookworm|http://mirror.test/debian/|bookworm|main",
            "Debian|bookworm-security|http://mirror.test/security/|bookworm-security|main",
            "Debian|bookworm-backports|http://mirror.test/debian/|bookworm-backports|main",
            "Somebody|bookworm|http://other.test/|bookworm|main",
            "Debian|trixie|http://mirror.test/debian/|trixie|main",
        ]
    )
    assert [line.split()[2:] for line in packages.sources_for_suite(listed)] == [
        ["http://mirror.test/debian/", "bookworm", "main"],
        ["http://mirror.test/security/", "bookworm-security", "main"],
    ]


def test_a_machine_with_another_system_names_no_sources() -> None:
    assert packages.sources_for_suite("Ubuntu|noble|http://mirror.test/ubuntu/|noble|main") == []
    assert packages.sources_for_suite("") == []


@pytest.mark.parametrize("dew_identity", [True, False])
def test_only_images_with_dews_identity_start_through_it(dew_identity: bool) -> None:
    choices = Choices(dew_identity=dew_identity)
    files = dict(debian._overlay_files("0000-11", choices))
    assert ("usr/lib/dew/identity" in files) is dew_identity
    assert ("init=/usr/lib/dew/init" in files["boot/grub/grub.cfg"].decode()) is dew_identity
    assert "root=PARTUUID=0000-11 " in files["boot/grub/grub.cfg"].decode()
