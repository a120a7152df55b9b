"""KVM is believed in only where a Linux system comes up under it; QEMU is played by a script here."""

import asyncio
import json
from pathlib import Path

import pytest

from dew.compute import acceleration
from dew.compute.acceleration import AccelerationKind, Accelerator, Preference, Verdict, choose, probe
from dew.compute.privileges import GuestUsers, Privileges

GUESTS = Privileges(uid=700_000_000, groups=(700_000_000,))
SPEAKS = 'echo "SeaBIOS"; echo "[1.2] Run /init as init process"; sleep 60'
IS_SILENT = "sleep 60"
HANGS_UNDER_KVM = f'case "$*" in *"accel kvm"*) {IS_SILENT} ;; *) {SPEAKS} ;; esac'


@pytest.fixture
def device(tmp_path: Path) -> Path:
    path = tmp_path / "kvm"
    path.touch(mode=0o600)
    path.chmod(0o666)
    return path


class Stage:
    """A machine whose qemu-system-x86_64 is a script; it counts how often a system was booted."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.cache = directory / "cache" / "acceleration.json"
        self.image = directory / "image.qcow2"
        self.version = "7.2"

    def plays(self, script: str) -> None:
        program = self.directory / "bin" / "qemu-system-x86_64"
        program.write_text(
            f'#!/bin/sh\nif [ "$1" = --version ]; then echo "QEMU {self.version}"; exit; fi\n'
            f'echo "$*" >>{self.directory}/boots\n{script}\n'
        )
        program.chmod(0o755)

    @property
    def boots(self) -> int:
        path = self.directory / "boots"
        return len(path.read_text().splitlines()) if path.exists() else 0


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    (tmp_path / "bin").mkdir()
    setpriv = tmp_path / "bin" / "setpriv"
    setpriv.write_text('#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n')
    setpriv.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setattr(acceleration, "PROBE_LIMIT_SECONDS", 1.0)
    monkeypatch.setattr(acceleration, "CONTROL_LIMIT_SECONDS", 1.0)
    return Stage(tmp_path)


async def auto(stage: Stage, device: Path, image: Path | None) -> acceleration.Acceleration:
    return await choose(Preference.AUTO, stage.cache, image, Privileges(), device)


async def test_software_can_be_insisted_on(stage: Stage, device: Path) -> None:
    chosen = await choose(Preference.TCG, stage.cache, stage.image, device=device)
    assert (chosen.kind, stage.boots) == (AccelerationKind.TCG, 0)


async def test_kvm_can_be_insisted_on_where_the_device_opens(stage: Stage, device: Path) -> None:
    chosen = await choose(Preference.KVM, stage.cache, stage.image, device=device)
    assert (chosen.kind, stage.boots) == (AccelerationKind.KVM, 0)


async def test_a_machine_without_the_device_is_not_tried(stage: Stage, tmp_path: Path) -> None:
    chosen = await auto(stage, tmp_path / "no-kvm", stage.image)
    assert (chosen.kind, chosen.settled, stage.boots) == (AccelerationKind.TCG, True, 0)
    assert "no-kvm" in chosen.reason


@pytest.mark.parametrize(("mode", "groups"), [(0o600, None), (0o660, "its own"), (0o666, ())])
async def test_guests_with_users_of_their_own_need_a_group_that_opens_the_device(
    stage: Stage, device: Path, mode: int, groups: object
) -> None:
    device.chmod(mode)
    chosen = await choose(Preference.KVM, stage.cache, None, GUESTS, device)
    expected = (device.stat().st_gid,) if groups == "its own" else groups
    assert (chosen.groups if chosen.kind is AccelerationKind.KVM else None) == expected


async def test_kvm_is_chosen_when_a_system_comes_up_and_not_tried_again(stage: Stage, device: Path) -> None:
    stage.plays(SPEAKS)
    for _ in range(2):
        assert (await auto(stage, device, stage.image)).kind is AccelerationKind.KVM
    assert (await auto(stage, device, None)).kind is AccelerationKind.KVM
    assert stage.boots == 1


async def test_a_kvm_under_which_the_kernel_hangs_is_not_chosen_and_that_is_remembered(
    stage: Stage, device: Path
) -> None:
    stage.plays(HANGS_UNDER_KVM)
    assert "hung" in (await auto(stage, device, stage.image)).reason
    chosen = await auto(stage, device, None)
    assert (chosen.kind, chosen.settled) == (AccelerationKind.TCG, True)
    assert "hung" in chosen.reason
    assert stage.boots == 2, "one under KVM, and one to see that the image speaks at all"


async def test_an_image_that_never_speaks_proves_nothing_for_long(stage: Stage, device: Path) -> None:
    stage.plays(IS_SILENT)
    assert "silent" in (await auto(stage, device, stage.image)).reason
    assert not stage.cache.exists()


async def test_an_aborted_qemu_is_remembered_and_an_ordinary_error_is_not(stage: Stage) -> None:
    stage.plays('echo "qemu: failed to set MSR 0x48b" >&2; kill -ABRT $$')
    verdict = await probe(stage.image, Privileges())
    assert (verdict.works, verdict.lasting, "MSR" in verdict.reason) == (False, True, True)
    stage.plays('echo "Could not open image" >&2; exit 1')
    assert not (await probe(stage.image, Privileges())).lasting


async def test_a_new_qemu_is_tried_anew(stage: Stage, device: Path) -> None:
    stage.plays(SPEAKS)
    await auto(stage, device, stage.image)
    stage.version = "10.0"
    stage.plays(HANGS_UNDER_KVM)
    assert (await auto(stage, device, stage.image)).kind is AccelerationKind.TCG


async def test_an_answer_from_another_boot_of_the_host_does_not_count(stage: Stage, device: Path) -> None:
    stage.plays(SPEAKS)
    await auto(stage, device, stage.image)
    kept = json.loads(stage.cache.read_text())
    kept["facts"]["boot"] = "another"
    stage.cache.write_text(json.dumps(kept))
    assert not (await auto(stage, device, None)).settled


@pytest.mark.parametrize("content", ["", "[]", '{"facts": 1}', "\x00"])
def test_a_damaged_cache_counts_as_none(tmp_path: Path, content: str) -> None:
    cache = tmp_path / "acceleration.json"
    cache.write_text(content)
    assert acceleration.recall(cache, {}) is None


def test_a_cache_that_can_not_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    acceleration.remember(tmp_path / "file" / "cache.json", {}, Verdict(True, "it does"))


async def test_the_choice_waits_for_an_image_and_is_then_made_once(stage: Stage, device: Path) -> None:
    stage.plays(SPEAKS)
    accelerator = Accelerator(Preference.AUTO, stage.cache, GuestUsers(), device)
    first = await accelerator.choose()
    assert (first.kind, first.settled) == (AccelerationKind.TCG, False)
    chosen = await asyncio.gather(*(accelerator.choose(stage.image) for _ in range(3)))
    assert {each.kind for each in chosen} == {AccelerationKind.KVM}
    assert (stage.boots, str(accelerator)) == (1, "kvm: A Linux system booted under KVM.")
