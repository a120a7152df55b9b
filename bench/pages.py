"""Pages, filters and gets beside 10,000 Droplets and 100,000 Snapshots, and two hundred clients at once.

The server runs on one core of its own: ``python -m bench.pages DIRECTORY HOW`` is it.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

from sqlalchemy import insert
from tests.api.house import House, open_house
from tests.api.test_events_tell_of_every_change import served

from bench.processes import processor_seconds
from bench.report import Targets
from dew.actions.kind import Request
from dew.database import tokens
from dew.database.connect import Tx
from dew.database.tables import droplets, images, layers, taggings, tags, volumes

DROPLETS, SNAPSHOTS_OF_EACH, TAGGED_ALIKE = 10_000, 10, 20
FEW = 100  # Droplets, with as many Snapshots each
REQUESTS = 400
CLIENTS, CROWD_SECONDS = 200, 60.0
PAGES_PER_SECOND = 400.0  # of 200 Droplets each
FLAT = 2.0  # how much longer a request may take beside all that than beside few
WRITE_EVERY_SECONDS = 0.1
START_SECONDS = 120.0
PAGE = "a page of 200 Droplets"
SHAPES = {
    "a page of 20 Droplets": "/v2/droplets?page=2",
    "Droplets of one tag": "/v2/droplets?tag_name=tag-3",
    "a Droplet by its name": "/v2/droplets?name=WEB-47",
    "a Droplet": "/v2/droplets/47",
    "a page of 20 Snapshots": "/v2/snapshots?page=2",
    "a page of 20 Images": "/v2/images?page=2",
    "a page of Actions": "/v2/actions",
    "a Droplet's Snapshots": "/v2/droplets/47/snapshots",
    "a Snapshot": "/v2/snapshots/547",
}
FAR = {
    PAGE: "/v2/droplets?per_page=200&page=7",
    "the 250th page of Droplets": "/v2/droplets?page=250",
    "the 2500th page of Snapshots": "/v2/snapshots?page=2500",
}


@dataclass(frozen=True)
class Taken:
    """What requests of one shape took, one after the other; all in seconds."""

    p50: float
    p99: float
    mean: float
    processor: float  # of the server, for each


Figures = Mapping[str, Taken]


def measure(scratch: Path, targets: Targets) -> None:
    """Print how long requests take, and whether it is soon enough."""
    few = _figures(scratch / "few", "few", SHAPES)
    print(f"\n{FEW} Droplets with {SNAPSHOTS_OF_EACH} Snapshots each, the server on one core")
    _show(few)
    many = _figures(scratch / "many", "many", SHAPES | FAR)
    print(f"\n{DROPLETS} Droplets with {SNAPSHOTS_OF_EACH} Snapshots each, the server on one core")
    _show(many)
    for name in SHAPES:
        ratio = many[name].processor / few[name].processor
        targets.hold(f"{name}, beside few and many", ratio, FLAT, "times")
    limit_ms = 1000 / PAGES_PER_SECOND
    targets.hold(f"{PAGE}, of a core", many[PAGE].processor * 1000, limit_ms, "ms")
    busy = _figures(scratch / "busy", "busy", {PAGE: FAR[PAGE], "a Droplet": SHAPES["a Droplet"]})
    print(f"\nThe same, while an Action is run on a Droplet every {WRITE_EVERY_SECONDS * 1000:.0f} ms")
    _show(busy)
    targets.hold(f"{PAGE}, of a core, the Actions included", busy[PAGE].processor * 1000, limit_ms, "ms")
    heard = _crowd(scratch / "crowd")
    print(f"\n{CLIENTS} clients for {CROWD_SECONDS:.0f} s heard {dict(sorted(heard.items()))}")
    others = sum(count for status, count in heard.items() if status not in (200, 429))
    targets.hold("answers to the crowd that are neither good nor a rate limit", others, 0, "answers")


def _show(figures: Figures) -> None:
    for name, taken in figures.items():
        times = f"p50 {taken.p50 * 1000:6.2f} ms   p99 {taken.p99 * 1000:6.2f} ms"
        rates = f"{1 / taken.mean:5.0f} requests/s   {taken.processor * 1000:5.2f} ms of a core"
        print(f"{name:<28} {times}   {rates}")


def _figures(directory: Path, how: str, shapes: Mapping[str, str]) -> Figures:
    with _server(directory, how) as server:
        return {name: server.times(path) for name, path in shapes.items()}


def _crowd(directory: Path) -> Counter[int]:
    """Let many clients ask at once, each with the limits that there are by default; return the statuses."""
    paths = list((SHAPES | FAR).values())

    def ask(number: int) -> Counter[int]:
        heard: Counter[int] = Counter()
        ends = time.monotonic() + CROWD_SECONDS
        connection = server.connection()
        while time.monotonic() < ends:
            heard[server.get(connection, paths[(number + heard.total()) % len(paths)], number)] += 1
        return heard

    with _server(directory, "limited") as server, ThreadPoolExecutor(CLIENTS) as clients:
        return sum(clients.map(ask, range(CLIENTS)), Counter())


class _server:  # noqa: N801 -- used like a function
    """A dewd without its guests, in a process of its own."""

    def __init__(self, directory: Path, how: str) -> None:
        directory.mkdir()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.pages", str(directory), how],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "_server":
        assert self._process.stdout is not None
        while not (line := self._process.stdout.readline()).startswith("{"):
            assert line, "the server ended"
        told = json.loads(line)
        self._host = told["host"]
        self._headers = [{"authorization": f"Bearer {token}"} for token in told["tokens"]]
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def connection(self) -> HTTPConnection:
        return HTTPConnection(self._host, timeout=60)

    def get(self, connection: HTTPConnection, path: str, client: int = 0) -> int:
        connection.request("GET", path, headers=self._headers[client])
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def times(self, path: str) -> Taken:
        connection, seconds = self.connection(), []
        self.get(connection, path)  # what the first one takes is shared by all that follow
        before = processor_seconds(self._process.pid)
        for _ in range(REQUESTS):
            begun = time.perf_counter()
            self.get(connection, path)
            seconds.append(time.perf_counter() - begun)
        processor = (processor_seconds(self._process.pid) - before) / REQUESTS
        cut = statistics.quantiles(seconds, n=100)
        return Taken(cut[49], cut[98], statistics.mean(seconds), processor)


async def _serve(directory: Path, how: str) -> None:
    """Answer until standard input ends."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    limits = {} if how == "limited" else {"requests_per_minute": None, "requests_per_hour": None}
    async with open_house(directory, **limits) as house, served(house) as (url, _):
        await _seed(house, FEW if how == "few" else DROPLETS)
        acting = asyncio.create_task(_act(house)) if how == "busy" else None
        async with house.database.write() as tx:
            secrets = [await tokens.create(tx, f"client {number}", ["read"]) for number in range(CLIENTS)]
        print(json.dumps({"host": url.removeprefix("http://"), "tokens": secrets}), flush=True)
        await asyncio.to_thread(sys.stdin.read)
        if acting is not None:
            acting.cancel()


async def _act(house: House) -> None:
    """Rename one Droplet after the other, among them those that are asked for."""
    for number in range(10**6):
        droplet_id = 10 + (1200 + number) % DROPLETS
        (action,) = await house.engine.accept(Request("rename", droplet_id, {"name": f"renamed-{number}"}))
        await house.finished(action.id)
        await asyncio.sleep(WRITE_EVERY_SECONDS)


async def _seed(house: House, count: int) -> None:
    now = datetime.now(UTC)
    async with house.database.write() as tx:
        await tx.execute(insert(tags), [_tag(number, now) for number in range(1, count // TAGGED_ALIKE + 1)])
        await _seed_droplets(tx, house.image_id, now, count)
        await _seed_snapshots(tx, now, count)


async def _seed_droplets(tx: Tx, image_id: int, now: datetime, count: int) -> None:
    numbers = range(10, count + 10)
    await tx.execute(insert(layers), [{"id": n, "disk_bytes": 2**30, "created_at": now} for n in numbers])
    await tx.execute(insert(volumes), [{"id": n, "layer_id": n} for n in numbers])
    shared = {
        "region": "nyc3",
        "size_slug": "s-1vcpu-1gb",
        "vcpus": 1,
        "memory_mb": 1024,
        "disk_gb": 25,
        "image_id": image_id,
        "desired_power": "on",
        "public_keys": [],
        "user_data": "",
        "created_at": now,
    }
    rows = [
        {**shared, "id": n, "volume_id": n, "tags": [f"tag-{_tag_of(n, count)}"]}
        | {"name": f"web-{n}", "hostname": f"web-{n}", "folded": f"web-{n}"}
        for n in numbers
    ]
    await tx.execute(insert(droplets), rows)
    tagged = [{"tag_id": _tag_of(n, count), "resource_type": "droplet", "resource_id": n} for n in numbers]
    await tx.execute(insert(taggings), tagged)


def _tag_of(number: int, count: int) -> int:
    return number % (count // TAGGED_ALIKE) + 1


async def _seed_snapshots(tx: Tx, now: datetime, count: int) -> None:
    shared = {
        "kind": "snapshot",
        "distribution": "Debian",
        "description": "",
        "disk_bytes": 2**30,
        "used_bytes": 2**20,
        "consistency": "off",
        "tags": [],
        "region": "nyc3",
        "ready": True,
        "created_at": now,
    }
    rows = [
        {
            **shared,
            "id": n,
            "name": f"2026-{n}",
            "layer_id": n % count + 10,
            "droplet_id": n % count + 10,
        }
        for n in range(10, count * SNAPSHOTS_OF_EACH + 10)
    ]
    await tx.execute(insert(images), rows)


def _tag(number: int, now: datetime) -> dict[str, object]:
    return {"id": number, "name": f"tag-{number}", "folded": f"tag-{number}", "created_at": now}


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(Path(sys.argv[1]), sys.argv[2]))
