"""What every guest gets, read off its command line."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from dew.compute.acceleration import Acceleration, AccelerationKind
from dew.compute.privileges import GuestUsers, Privileges
from dew.compute.qemu_args import (
    NODE_NAME_LENGTH,
    Descriptors,
    Machine,
    chain_nodes,
    command,
    file_node_name,
    machine_uuid,
    node_name,
)
from dew.model.disk import QcowChain
from dew.model.errors import Broken

TCG = Acceleration(AccelerationKind.TCG, "for the test")
KVM = Acceleration(AccelerationKind.KVM, "for the test")
ARGUMENT_BYTES = 128 * 1024
"""The kernel's limit on one argument (MAX_ARG_STRLEN)."""


def chain(length: int) -> QcowChain:
    return QcowChain(tuple(Path(f"/layers/layer-{number}.qcow2") for number in range(length, 0, -1)))


def machine(length: int = 2, acceleration: Acceleration = TCG) -> Machine:
    return Machine(
        droplet_id=7,
        vcpus=2,
        memory_bytes=512 * 2**20,
        chain=chain(length),
        seed_path=Path("/run/dew/7/seed.iso"),
        mac="52:54:00:00:00:07",
        acceleration=acceleration,
    )


def arguments(length: int = 2, acceleration: Acceleration = TCG) -> list[str]:
    return command(machine(length, acceleration), Descriptors(monitor=10, agent=11, console=12, network=13))


def values(words: list[str], option: str) -> list[str]:
    return [value for word, value in itertools.pairwise(words) if word == option]


def nodes(length: int = 2) -> list[dict[str, Any]]:
    return [json.loads(value) for value in values(arguments(length), "-blockdev")]


def test_every_layer_is_named_base_first_and_no_backing_is_left_to_the_files() -> None:
    formats = [node for node in nodes(3) if node["driver"] == "qcow2"]
    assert [node["node-name"] for node in formats] == ["layer-1", "layer-2", "layer-3"]
    assert [node["backing"] for node in formats] == [None, "layer-1", "layer-2"]
    assert [node["file"] for node in formats] == ["file-layer-1", "file-layer-2", "file-layer-3"]


def test_only_the_newest_layer_can_be_written_and_its_file_only_while_it_is_the_newest() -> None:
    writable = [node["node-name"] for node in nodes(3) if not node["read-only"]]
    assert writable == ["file-layer-3", "layer-3"]
    assert all(node["auto-read-only"] for node in nodes(3) if node["node-name"].startswith("file-layer"))


def test_a_node_is_defined_before_it_is_named() -> None:
    known: set[str | None] = {None}
    for node in chain_nodes(chain(4)):
        assert node.get("backing") in known
        assert node.get("file") in known
        known.add(node["node-name"])


def test_space_that_the_guest_frees_comes_back() -> None:
    assert all(node["discard"] == "unmap" for node in chain_nodes(chain(2)))
    assert chain_nodes(chain(2))[-1]["detect-zeroes"] == "unmap"


def test_a_chain_of_a_thousand_layers_fits_the_kernels_limits() -> None:
    words = arguments(1000)
    assert max(map(len, words)) < ARGUMENT_BYTES
    assert sum(map(len, words)) < 2**20


def test_a_full_disk_halts_the_guest_and_it_boots_from_its_own_disk() -> None:
    root = next(value for value in values(arguments(), "-device") if "id=root" in value)
    assert root.split(",")[2:] == ["drive=layer-2", "bootindex=1", "werror=enospc", "rerror=report"]
    assert not {"-kernel", "-initrd", "-append"} & set(arguments())


def test_a_guest_of_before_finds_its_devices_where_they_were() -> None:
    names = [value.split(",")[0] for value in values(arguments(), "-device")]
    assert names == [
        *("virtio-blk-pci", "virtio-blk-pci", "virtio-net-pci", "virtio-serial-pci", "virtserialport"),
        *("virtio-rng-pci", "VGA", "virtio-tablet-pci"),
    ]


def test_the_seed_is_read_only_and_raw() -> None:
    seed = next(node for node in nodes() if node["node-name"] == "seed")
    assert (seed["driver"], seed["read-only"], seed["file"]["read-only"]) == ("raw", True, True)


def test_the_sandbox_is_on_and_nothing_comes_from_configuration_files() -> None:
    words = arguments()
    (sandbox,) = values(words, "-sandbox")
    assert set(sandbox.split(",")[1:]) == {
        f"{what}=deny" for what in ("obsolete", "elevateprivileges", "spawn", "resourcecontrol")
    }
    assert {"-nodefaults", "-no-user-config"} <= set(words)


def test_a_guest_that_powers_itself_off_is_kept_and_none_starts_before_it_is_told() -> None:
    assert values(arguments(), "-action") == ["shutdown=pause"]
    assert "-S" in arguments()


def test_cloud_init_is_not_led_to_a_metadata_service_that_is_not_there() -> None:
    (smbios,) = values(arguments(), "-smbios")
    assert "DigitalOcean" not in smbios


def test_sockets_are_inherited_and_not_named() -> None:
    sockets = [value for value in values(arguments(), "-chardev") if value.startswith("socket")]
    assert [value.split(",")[2] for value in sockets] == ["fd=10", "fd=12", "fd=11"]
    assert values(arguments(), "-netdev") == ["stream,id=net0,server=on,addr.type=fd,addr.str=13"]


@pytest.mark.parametrize(("acceleration", "accelerator"), [(TCG, "tcg,thread=multi"), (KVM, "kvm")])
def test_the_choice_of_acceleration_is_followed(acceleration: Acceleration, accelerator: str) -> None:
    assert values(arguments(2, acceleration), "-accel") == [accelerator]


def test_the_longest_layer_name_fits_and_one_that_does_not_is_refused() -> None:
    longest = Path(f"/layers/layer-{2**63 - 1}.qcow2")
    assert len(file_node_name(longest)) <= NODE_NAME_LENGTH
    for name in ("layer-" + "1" * 26, "1-layer", "layer 1", "läyer-1"):
        with pytest.raises(Broken):
            node_name(Path(f"/layers/{name}.qcow2"))


def test_a_droplet_keeps_its_machine_uuid_and_shares_it_with_none() -> None:
    assert machine_uuid(7) == machine_uuid(7) != machine_uuid(8)


def test_as_root_a_guest_has_a_user_of_its_own_and_no_privileges() -> None:
    privileges = GuestUsers(uid_base=5000, reader_gid=4000).privileges(7, groups=(36,))
    assert privileges == Privileges(5007, (4000, 36))
    words = privileges.wrap(["qemu"])
    assert words[:7] == ["setpriv", "--reuid", "5007", "--regid", "5007", "--groups", "4000,36"]
    assert {"--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"} <= set(words)
    assert words[-2:] == ["--", "qemu"]


def test_without_root_nothing_is_asked_for_that_only_root_may() -> None:
    words = GuestUsers().privileges(7).wrap(["qemu"])
    assert words == ["setpriv", "--no-new-privs", "--inh-caps=-all", "--", "qemu"]
