"""Real guests for tests: disks from the micro image, a QemuHost over them, and hands inside the guests."""

import asyncio
import base64
import contextlib
import itertools
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from dew.compute.acceleration import Accelerator, Preference
from dew.compute.guest_agent import AgentSilent, GuestAgent
from dew.compute.guest_directory import GuestRecord
from dew.compute.host import GuestSpec
from dew.compute.privileges import GuestUsers
from dew.compute.qemu import QemuHost
from dew.compute.seed import Seed
from dew.model.disk import Disk, QcowChain
from dew.storage.merge import merge

BOOT_LIMIT_SECONDS = 120.0
MEMORY_BYTES = 192 * 2**20

_ids = itertools.count(random.randrange(1_000_000, 39_000_000, 100))  # others test on this machine too


def guest_spec(
    droplet_id: int, disk: Disk, seed: Seed | None = None, memory_bytes: int = MEMORY_BYTES
) -> GuestSpec:
    mac = f"52:54:00:{droplet_id >> 16 & 255:02x}:{droplet_id >> 8 & 255:02x}:{droplet_id & 255:02x}"
    return GuestSpec(
        droplet_id=droplet_id,
        name="tested",
        vcpus=1,
        memory_bytes=memory_bytes,
        disk=disk,
        seed=seed or Seed(f"i-{droplet_id}", "tested", (), None, "", mac),
        address=IPv4Address(f"127.{100 + droplet_id % 100}.{droplet_id >> 8 & 255}.{2 + droplet_id % 250}"),
    )


def guest_users() -> GuestUsers:
    return GuestUsers.for_root() if os.geteuid() == 0 else GuestUsers()


async def open_host(directory: Path) -> QemuHost:
    users = guest_users()
    accelerator = Accelerator(Preference.TCG, directory / "acceleration.json", users)
    return await QemuHost.open(directory / "run", accelerator, users, resolver=None)


class QemuBench:
    """Guests under QEMU; everything is in ``directory``."""

    def __init__(self, directory: Path, host: QemuHost, micro_image: Path) -> None:
        self.directory = directory
        self.host = host
        self._micro_image = micro_image
        self._numbers = itertools.count(1)
        self._listeners: list[socket.socket] = []

    def new_id(self) -> int:
        return next(_ids)

    def disk(self) -> QcowChain:
        base = self.directory / f"layer-{next(self._numbers)}.qcow2"
        shutil.copyfile(self._micro_image, base)
        self.seal(base)
        return self.successor(QcowChain((base,)))

    def seal(self, layer: Path) -> None:
        gid = guest_users().reader_gid
        if gid is not None:
            os.chown(layer, 0, gid)
        layer.chmod(0o440)

    def successor(self, disk: Disk) -> QcowChain:
        assert isinstance(disk, QcowChain)
        layer = self.directory / f"layer-{next(self._numbers)}.qcow2"
        hint = ("-u", "-F", "qcow2", "-b", disk.paths[0].name)
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", *hint, layer, "1G"], check=True)
        layer.chmod(0o600)
        return QcowChain((layer, *disk.paths))

    async def shorter(self, disk: Disk) -> QcowChain:
        """Return the disk with all but its newest and its oldest Layer merged into one."""
        assert isinstance(disk, QcowChain)
        head, *merged, oldest = disk.paths
        layer = self.directory / f"layer-{next(self._numbers)}.qcow2"
        await merge(merged, [oldest], layer, 2**30, None, lambda _: None)
        self.seal(layer)
        return QcowChain((head, layer, oldest))

    def layers_open(self, droplet_id: int) -> int:
        """Return how many Layers the guest's process holds open."""
        held = Path(f"/proc/{self.record(droplet_id).process.pid}/fd").iterdir()
        return len({path for each in held if "layer-" in (path := each.readlink()).name})

    async def restart(self) -> None:
        await self.host.close()
        self.host = await open_host(self.directory)

    def silence(self, droplet_id: int) -> None:
        """Nobody is at home in a guest that has only just been started."""

    def break_start(self, droplet_id: int, disk: Disk) -> None:
        assert isinstance(disk, QcowChain)
        disk.paths[1].chmod(0o600)
        disk.paths[1].write_bytes(b"not a disk")

    def record(self, droplet_id: int) -> GuestRecord:
        text = (self.directory / "run" / str(droplet_id) / "guest.json").read_bytes()
        return GuestRecord.decode(text)

    def process_of(self, droplet_id: int) -> object:
        return self.record(droplet_id).process

    def take_port(self, port: int) -> None:
        """Listen on it until the bench is gone."""
        listener = socket.socket()
        listener.bind(("127.0.0.1", port))
        listener.listen()
        self._listeners.append(listener)

    def signal(self, droplet_id: int, number: signal.Signals) -> None:
        os.kill(self.record(droplet_id).process.pid, number)

    async def crash(self, droplet_id: int) -> None:
        self.signal(droplet_id, signal.SIGKILL)

    def agent(self, droplet_id: int) -> GuestAgent:
        """Return the Host's own connection: QEMU takes only one."""
        return self.host._guests[droplet_id].agent

    async def booted(self, droplet_id: int) -> None:
        agent = self.agent(droplet_id)
        async with asyncio.timeout(BOOT_LIMIT_SECONDS), agent.conversation():
            while True:
                with contextlib.suppress(AgentSilent):
                    return await agent.sync(1.0)

    async def power_off_inside(self, droplet_id: int) -> None:
        agent = self.agent(droplet_id)
        async with agent.conversation():
            await agent.sync(5.0)
            with contextlib.suppress(AgentSilent):  # it does not answer to this, it goes down
                await agent.ask("guest-shutdown", 1.0, mode="powerdown")

    async def run_inside(self, droplet_id: int, script: str, limit_seconds: float = 60.0) -> dict[str, Any]:
        """Run a shell script in a booted guest; return the agent's report of its end."""
        agent = self.agent(droplet_id)
        async with agent.conversation(), asyncio.timeout(limit_seconds):
            await agent.sync(5.0)
            begun = await agent.ask(
                "guest-exec", 10.0, path="/bin/sh", arg=["-c", script], **{"capture-output": True}
            )
            while not (report := await agent.ask("guest-exec-status", 10.0, pid=begun["pid"]))["exited"]:
                await asyncio.sleep(0.1)
            return dict(report)

    async def work(self, droplet_id: int) -> None:
        """Count for some seconds, and write a megabyte to the disk."""
        count = "i=0; end=$(($(date +%s) + 4)); while [ $(date +%s) -lt $end ]; do i=$((i + 1)); done"
        report = await self.run_inside(
            droplet_id, f"dd if=/dev/zero of=/root/work bs=1M count=1; sync; {count}"
        )
        assert report["exitcode"] == 0, report

    async def password_hash(self, droplet_id: int, user: str) -> str:
        from_disk = "sync; echo 3 > /proc/sys/vm/drop_caches"
        report = await self.run_inside(droplet_id, f"{from_disk}; grep ^{user}: /etc/shadow")
        return base64.b64decode(report["out-data"]).decode().split(":")[1]

    def helper_pid(self, droplet_id: int) -> int:
        text = (self.directory / "run" / str(droplet_id) / "network.json").read_text()
        return int(json.loads(text)["process"]["pid"])


@contextlib.asynccontextmanager
async def open_bench(micro_image: Path) -> AsyncIterator[QemuBench]:
    """A bench that leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="dew-", dir="/tmp") as name:  # sockets need short paths
        directory = Path(name)
        directory.chmod(0o711)
        bench = QemuBench(directory, await open_host(directory), micro_image)
        try:
            yield bench
        finally:
            for seen in await bench.host.list_everything():
                await bench.host.forget(seen.droplet_id)
            await bench.host.close()
            for listener in bench._listeners:
                listener.close()
