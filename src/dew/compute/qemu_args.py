"""QEMU's command line for one guest: pure functions, so that what a guest gets can be read and tested.

Three things are on purpose:

- The whole disk is spelled out, a named node for every Layer's file and one for its qcow2 format, base
  first. Backing names inside qcow2 files are never read (``"backing": null`` at the base), because a guest
  that broke into its QEMU could have written any file's name there.
- The node names follow from the file names, so "which file does the guest write to?" is a question that
  QEMU can answer after any crash of the daemon.
- The sockets come in as open descriptors. QEMU then needs to write in no directory at all, so it can put
  nothing in the place where the daemon keeps its records.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dew.compute.acceleration import Acceleration, AccelerationKind
from dew.model.disk import QcowChain
from dew.model.errors import Broken

NODE_NAME_LENGTH = 31
"""QEMU's limit on the name of a block node, in characters."""

ROOT_DEVICE = "root"
"""The id of the guest's disk; commands that change what it does name it."""

TCG_MODEL = "qemu64,+rdrand,+cx16,+ssse3,+sse4.1,+sse4.2,+popcnt"
"""x86-64-v2, which Red Hat's and SUSE's distributions insist on. ``max`` boots slower: the guest then loads
modules for virtual machines of its own."""

ACCELERATORS: Mapping[AccelerationKind, tuple[str, str]] = {
    AccelerationKind.KVM: ("kvm", "host"),
    AccelerationKind.TCG: ("tcg,thread=multi", TCG_MODEL),
}

SANDBOX = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"


@dataclass(frozen=True)
class Descriptors:
    """Numbers, inside QEMU, of the listening sockets that it is started with."""

    monitor: int
    agent: int
    console: int
    network: int


@dataclass(frozen=True)
class Machine:
    """What the command line says about one guest."""

    droplet_id: int
    vcpus: int
    memory_bytes: int
    chain: QcowChain
    seed_path: Path
    mac: str
    acceleration: Acceleration


def node_name(layer: Path) -> str:
    """Return the block node's name for a Layer's file; raises Broken if it can't be one."""
    return _checked(layer.stem)


def file_node_name(layer: Path) -> str:
    """Return the name of the node below: the file itself, without its format."""
    return _checked(f"file-{layer.stem}")


def _checked(name: str) -> str:
    if len(name) > NODE_NAME_LENGTH or not name[:1].isalpha() or not _plain(name):
        raise Broken(f"QEMU can't call a block node {name!r}, so no Layer's file may have that name.")
    return name


def _plain(name: str) -> bool:
    return name.isascii() and all(letter.isalnum() or letter in "-._" for letter in name)


def file_node(layer: Path, *, writable: bool) -> dict[str, Any]:
    """Describe a Layer's file to ``blockdev-add``.

    The writable one opens for writing only while something above it writes (``auto-read-only``): once a
    Snapshot has sealed it, QEMU holds it by a descriptor that can't write any more.
    """
    return {
        "driver": "file",
        "node-name": file_node_name(layer),
        "filename": str(layer),
        "read-only": not writable,
        "auto-read-only": True,
        "discard": "unmap",
    }


def layer_node(layer: Path, *, backing: str | None, writable: bool) -> dict[str, Any]:
    """Describe a Layer to ``blockdev-add``; its file's node is there already."""
    return {
        "driver": "qcow2",
        "node-name": node_name(layer),
        "file": file_node_name(layer),
        "backing": backing,
        "read-only": not writable,
        "discard": "unmap",
        "detect-zeroes": "unmap" if writable else "off",
    }


def chain_nodes(chain: QcowChain, *, writable: bool = True) -> list[dict[str, Any]]:
    """Describe every node of a disk, base first: a node can only name one that exists.

    Only the newest is ever ``writable``.
    """
    nodes: list[dict[str, Any]] = []
    backing: str | None = None
    for layer in reversed(chain.paths):
        written = writable and layer == chain.paths[0]
        nodes.append(file_node(layer, writable=written))
        nodes.append(layer_node(layer, backing=backing, writable=written))
        backing = node_name(layer)
    return nodes


def seed_node(seed: Path) -> dict[str, Any]:
    """Describe the seed's ISO image: raw by decree, since its content is not to be guessed at."""
    file = {"driver": "file", "filename": str(seed), "read-only": True}
    return {"driver": "raw", "node-name": "seed", "read-only": True, "file": file}


def command(machine: Machine, descriptors: Descriptors) -> list[str]:
    """Return QEMU's whole command line. The guest is paused at its first instruction until told ``cont``."""
    return [
        "qemu-system-x86_64",
        *_process(machine),
        *_processor(machine),
        *_monitor(descriptors),
        *_disks(machine),
        *_network(machine, descriptors),
        *_serial(descriptors),
        *("-object", "rng-builtin,id=rng0", "-device", "virtio-rng-pci,rng=rng0"),
        # Last, the newest behind: the others keep the places on the bus that guests know them by. The tablet
        # is a pointer that is where the viewer's is; a guest without a driver for it has the PS/2 mouse.
        *("-device", "VGA", "-device", "virtio-tablet-pci"),
    ]


def _process(machine: Machine) -> list[str]:
    return [
        *("-name", f"guest=dew-{machine.droplet_id}"),
        *("-nodefaults", "-no-user-config", "-S"),
        *("-display", "none", "-vnc", "none,share=force-shared"),  # it listens nowhere; see screen.py
        *("-sandbox", SANDBOX),
        *("-action", "shutdown=pause"),
        *("-msg", "timestamp=on"),
    ]


def _processor(machine: Machine) -> list[str]:
    accelerator, model = ACCELERATORS[machine.acceleration.kind]
    return [
        *("-machine", "pc,usb=off", "-accel", accelerator, "-cpu", model),
        *("-smp", str(machine.vcpus), "-m", f"{machine.memory_bytes // 2**20}M"),
        *("-rtc", "base=utc", "-uuid", str(machine_uuid(machine.droplet_id))),
        *("-smbios", "type=1,manufacturer=Dew,product=Droplet"),
    ]


def machine_uuid(droplet_id: int) -> uuid.UUID:
    """Return the hardware's UUID, the same at every start: licences and cloud-init look at it."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"dew:droplet:{droplet_id}")


def _monitor(descriptors: Descriptors) -> list[str]:
    return [*_socket("monitor", descriptors.monitor), "-mon", "chardev=monitor,mode=control"]


def _disks(machine: Machine) -> list[str]:
    nodes = [*chain_nodes(machine.chain), seed_node(machine.seed_path)]
    blockdevs = [word for node in nodes for word in ("-blockdev", json.dumps(node))]
    root = f"virtio-blk-pci,id={ROOT_DEVICE},drive={node_name(machine.chain.paths[0])}"
    return [
        *blockdevs,
        *("-device", f"{root},bootindex=1,werror=enospc,rerror=report"),
        *("-device", "virtio-blk-pci,id=seed,drive=seed"),
    ]


def _network(machine: Machine, descriptors: Descriptors) -> list[str]:
    stream = f"stream,id=net0,server=on,addr.type=fd,addr.str={descriptors.network}"
    return ["-netdev", stream, "-device", f"virtio-net-pci,netdev=net0,mac={machine.mac},romfile="]


def _serial(descriptors: Descriptors) -> list[str]:
    port = "virtserialport,chardev=agent,name=org.qemu.guest_agent.0"
    return [
        *_socket("console", descriptors.console),
        *("-serial", "chardev:console"),
        *_socket("agent", descriptors.agent),
        *("-device", "virtio-serial-pci", "-device", port),
    ]


def _socket(name: str, descriptor: int) -> list[str]:
    return ["-chardev", f"socket,id={name},fd={descriptor},server=on,wait=off"]
