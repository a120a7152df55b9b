"""Steady life of a simulated dewd, and what it takes of the machine meanwhile."""

import asyncio
import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.endurance.brought import MANIFEST, PACKED, exported, upload
from tests.endurance.fast_dewd import SPEED
from tests.guest.dewd import Dewd, dewd_on

SIZE, BIGGER = "s-1vcpu-512mb-10gb", "s-1vcpu-1gb"
PORTS_FROM = 20_001  # one for each user; simulated guests open none
USERS = 4
LOOK_EVERY_SECONDS = 0.05
SETTINGS = {
    "DEW_SIMULATE": "1",
    "MALLOC_ARENA_MAX": "1",  # else each thread keeps some memory that it has used once, sooner or later
    "DEW_KEEP_RETIRED_HOURS": "0.1",  # a user undoes a rebuild a moment after it, and soon the Droplet goes
    "DEW_KEEP_TRASH_HOURS": "0",
    "DEW_KEEP_HISTORY_DAYS": "0.00002",
    "DEW_KEEP_HISTORY_ACTIONS": "100",
}
"""With the usual ones things are kept for days, which here would be growth."""

SAMPLES = 12  # over the whole life
WARM_UP = 1 / 3  # of the samples: caches and pools fill, and the first old things are forgotten
MIB = 2**20


@dataclass(frozen=True)
class Sample:
    """What dewd takes at one moment, after so many Actions."""

    actions: int
    memory_bytes: int
    handles: int
    threads: int
    tasks: int
    log_bytes: int
    database_bytes: int


@dataclass(frozen=True)
class Measure:
    """One thing that must not grow: by how much it may seem to between the middle of a life and its end."""

    name: str
    unit: str
    divisor: int
    slack: float  # in ``unit``

    def of(self, sample: Sample) -> float:
        return float(getattr(sample, self.name)) / self.divisor

    def growth(self, samples: Sequence[Sample]) -> float:
        """Return the growth over the second half of the warm part, by medians, in ``unit``."""
        warm = [self.of(sample) for sample in samples[int(len(samples) * WARM_UP) :]]
        half = len(warm) // 2
        return statistics.median(warm[-half:]) - statistics.median(warm[:half])


MEASURES = (
    Measure("memory_bytes", "MiB", MIB, 1.2),
    Measure("handles", "handles", 1, 4.0),
    Measure("threads", "threads", 1, 2.0),
    Measure("tasks", "tasks", 1, 6.0),
    Measure("log_bytes", "MiB", MIB, 0.1),
    Measure("database_bytes", "MiB", MIB, 0.05),
)


@contextmanager
def hurried_dewd(cache: Path, leak: str = "") -> Iterator[Dewd]:
    """A simulated dewd whose hour takes half a minute."""
    settings = SETTINGS | ({"DEW_TEST_LEAK": leak} if leak else {})
    with dewd_on(cache, "tests.endurance.fast_dewd", **settings) as dewd:
        yield dewd


def live(dewd: Dewd, hours: float, actions: int) -> list[Sample]:
    """Have users do so many Actions, over so many hurried hours or more; return what dewd took meanwhile."""
    return asyncio.run(_live(dewd, hours * 3600 / SPEED, actions))


async def _live(dewd: Dewd, seconds: float, actions: int) -> list[Sample]:
    samples, key = [], dewd.key_id()
    async with _connection(dewd) as observer, asyncio.TaskGroup() as group:
        users = [group.create_task(_use(dewd, number, key)) for number in range(USERS)]
        for number in range(1, SAMPLES + 1):
            await asyncio.sleep(seconds / SAMPLES)
            while await _newest_action(observer) < actions * number / SAMPLES:
                await asyncio.sleep(LOOK_EVERY_SECONDS)
            samples.append(await _sample(dewd, observer))
        for user in users:
            user.cancel()
    return samples


async def _use(dewd: Dewd, number: int, key: int) -> None:
    """Create a Droplet, work with it, destroy it; again and again."""
    async with _connection(dewd) as connection:
        user = User(connection, PORTS_FROM + number)
        while True:
            await user.live_once(f"user-{number}", key)
            await user.bring_images()


async def _newest_action(connection: httpx2.AsyncClient) -> int:
    page = (await connection.get("/v2/actions?per_page=1")).json()
    return max((int(action["id"]) for action in page["actions"]), default=0)


def _connection(dewd: Dewd) -> httpx2.AsyncClient:
    token = (dewd.data / "token").read_text().strip()
    return httpx2.AsyncClient(
        base_url=dewd.client.url, headers={"authorization": f"Bearer {token}"}, timeout=30
    )


class User:
    """Waits for the end of each Action before the next."""

    def __init__(self, connection: httpx2.AsyncClient, port: int) -> None:
        self._connection = connection
        self._port = port

    async def live_once(self, name: str, key: int) -> None:
        body = {"name": name, "size": SIZE, "image": "dew-micro", "ssh_keys": [key]}
        made = await self._ask("POST", "/v2/droplets", body)
        droplet = made["droplet"]["id"]
        await self._end_of(made["links"]["actions"][0]["id"])
        await self._act(droplet, "snapshot", name="one")
        (snapshot,) = (await self._ask("GET", f"/v2/droplets/{droplet}/snapshots"))["snapshots"]
        await self._act(droplet, "power_off")
        await self._act(droplet, "restore", image=snapshot["id"])
        await self._act(droplet, "resize", size=BIGGER, disk=True)
        await self._act(droplet, "power_on")
        await self._act(droplet, "rebuild", image="dew-micro")
        await self._act(droplet, "password_reset")
        await self._act(droplet, "rename", name="renamed")
        await self._do_what_only_dew_does(f"droplets/{droplet}", f"snapshots/{snapshot['id']}")
        await self._ask("GET", "/v2/actions")
        for each in (await self._ask("GET", f"/v2/droplets/{droplet}/snapshots"))["snapshots"]:
            await self._ask("DELETE", f"/v2/snapshots/{each['id']}")
        await self._ask("DELETE", f"/v2/droplets/{droplet}")

    async def _do_what_only_dew_does(self, droplet: str, snapshot: str) -> None:
        port = {"port": self._port, "guest_port": 22}
        await self._do("POST", f"{droplet}/undo", {})
        await self._do("POST", f"{droplet}/snapshots", {"name": "shut down", "off": True})
        await self._do("POST", f"{droplet}/ports", port)
        await self._do("DELETE", f"{droplet}/ports/127.0.0.1/{self._port}")
        await self._do("POST", f"{snapshot}/export", {})
        await self._ask("GET", f"/dew/v1/{snapshot}/export/disk")
        await self._do("POST", "store/checks", {})

    async def bring_images(self) -> None:
        """Import an Image and a Snapshot; delete them; fetch a distribution's."""
        mine = {"name": "mine", "upload_id": await upload(self._connection, "disk.raw.gz", PACKED)}
        image = (await self._do("POST", "images/import", mine))["image_id"]
        theirs = {"name": "theirs", "upload_id": await upload(self._connection, "d.qcow2", exported())}
        snapshot = (await self._do("POST", "snapshots/import", MANIFEST | theirs))["snapshot_id"]
        for each in (image, snapshot):
            await self._ask("DELETE", f"/v2/images/{each}")
        if self._port == PORTS_FROM:  # one user will do: two at once would be refused
            await self._do("POST", "images", {"name": "debian-13-x64"})

    async def _act(self, droplet: int, type_: str, **params: Any) -> None:
        action = await self._ask("POST", f"/v2/droplets/{droplet}/actions", {"type": type_, **params})
        await self._end_of(action["action"]["id"])

    async def _do(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask for what only Dew does; return the answer when it is done."""
        answer = await self._ask(method, f"/dew/v1/{path}", body)
        await self._end_of(answer["action"]["id"])
        return answer

    async def _end_of(self, action_id: int) -> None:
        while True:
            action = (await self._ask("GET", f"/dew/v1/actions/{action_id}"))["action"]
            if action["status"] != "in-progress":
                assert action["status"] == "completed", action
                return
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        answer = await self._connection.request(method, path, json=body)
        assert answer.is_success, f"{method} {path}: {answer.text}"
        is_json = answer.headers.get("content-type") == "application/json"
        return answer.json() if is_json else None


async def _sample(dewd: Dewd, connection: httpx2.AsyncClient) -> Sample:
    assert dewd.process is not None
    process = Path(f"/proc/{dewd.process.pid}")
    metrics = (await connection.get("/metrics")).text
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    tasks = next(line.split()[1] for line in metrics.splitlines() if line.startswith("dew_tasks "))
    return Sample(
        actions=await _newest_action(connection),
        memory_bytes=int(status["VmRSS"].split()[0]) * 1024,
        handles=sum(1 for _ in (process / "fd").iterdir()),
        threads=int(status["Threads"]),
        tasks=int(float(tasks)),
        log_bytes=_bytes_of(dewd.data / "log", "dewd.log*"),
        database_bytes=_bytes_of(dewd.data, "simulated.db*"),
    )


def _bytes_of(directory: Path, names: str) -> int:
    return sum(path.stat().st_size for path in directory.glob(names))


def table(samples: Sequence[Sample]) -> str:
    """Return the figures for people, one line for each sample."""
    head = "  actions   memory  handles  threads  tasks      log  database"
    lines = [
        f"  {each.actions:7}  {each.memory_bytes / MIB:5.1f} M  {each.handles:7}  {each.threads:7}"
        f"  {each.tasks:5}  {each.log_bytes / MIB:5.2f} M  {each.database_bytes / MIB:6.2f} M"
        for each in samples
    ]
    return "\n".join([head, *lines])
