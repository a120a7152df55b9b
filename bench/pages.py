"""Pages, filters and gets beside 10,000 Droplets and 100,000 Snapshots, and two hundred clients at once.

The server runs on one core of its own: ``python -m bench.pages DIRECTORY`` is it.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

from sqlalchemy import insert
from tests.api.house import House, open_house
from tests.api.test_events_tell_of_every_change import served

from bench.report import Targets
from dew.database.connect import Tx
from dew.database.tables import droplets, images, layers, taggings, tags, volumes

DROPLETS, SNAPSHOTS = 10_000, 100_000
REQUESTS = 400
CLIENTS, CROWD_SECONDS = 200, 60.0
PAGES_PER_SECOND = 400.0  # of 200 Droplets each
FLAT = 3.0  # how much longer a request may take beside all that than beside nothing
START_SECONDS = 120.0
SHAPES = {
    "a page of 200 Droplets": "/v2/droplets?per_page=200&page=7",
    "a page of 20 Droplets": "/v2/droplets?page=250",
    "Droplets of one tag": "/v2/droplets?tag_name=tag-7&per_page=20",
    "a Droplet by its name": "/v2/droplets?name=WEB-4711",
    "a Droplet": "/v2/droplets/4711",
    "a page of 20 Snapshots": "/v2/snapshots?page=2",
    "a Droplet's Snapshots": "/v2/droplets/4711/snapshots",
    "a Snapshot": "/v2/snapshots/54711",
}


def measure(scratch: Path, targets: Targets) -> None:
    """Print how long requests take, and whether it is soon enough."""
    print(f"\n{DROPLETS} Droplets and {SNAPSHOTS} Snapshots, the server on one core")
    few, many = _figures(scratch / "few", seeded=False), _figures(scratch / "many", seeded=True)
    for name in SHAPES:
        p50, p99, rate = many[name]
        print(f"{name:<32} p50 {p50 * 1000:7.2f} ms   p99 {p99 * 1000:7.2f} ms   {rate:6.0f} requests/s")
    for name in ("a Droplet", "a Snapshot", "a Droplet by its name"):
        targets.hold(f"{name}, beside few and many", many[name][0] / few[name][0], FLAT, "times")
    seconds = 1 / many["a page of 200 Droplets"][2]
    targets.hold("a page of 200 Droplets", seconds * 1000, 1000 / PAGES_PER_SECOND, "ms")
    heard = _crowd(scratch / "crowd")
    print(f"{CLIENTS} clients for {CROWD_SECONDS:.0f} s heard {dict(sorted(heard.items()))}")
    others = sum(count for status, count in heard.items() if status not in (200, 429))
    targets.hold("answers to the crowd that are neither good nor a rate limit", others, 0, "answers")


def _figures(directory: Path, *, seeded: bool) -> dict[str, tuple[float, float, float]]:
    """Return p50 and p99 in seconds, and requests a second, of each shape of request."""
    with _server(directory, "seeded" if seeded else "empty") as server:
        return {name: server.times(path) for name, path in SHAPES.items()}


def _crowd(directory: Path) -> Counter[int]:
    """Let many clients ask at once, with the limits that there are by default; return the statuses."""
    paths = list(SHAPES.values())

    def ask(number: int) -> Counter[int]:
        heard: Counter[int] = Counter()
        ends = time.monotonic() + CROWD_SECONDS
        connection = server.connection()
        while time.monotonic() < ends:
            heard[server.get(connection, paths[(number + heard.total()) % len(paths)])] += 1
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
        self._host, self._headers = told["host"], {"authorization": f"Bearer {told['token']}"}
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def connection(self) -> HTTPConnection:
        return HTTPConnection(self._host, timeout=60)

    def get(self, connection: HTTPConnection, path: str) -> int:
        connection.request("GET", path, headers=self._headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def times(self, path: str) -> tuple[float, float, float]:
        connection, seconds = self.connection(), []
        for _ in range(REQUESTS):
            begun = time.perf_counter()
            self.get(connection, path)
            seconds.append(time.perf_counter() - begun)
        cut = statistics.quantiles(seconds, n=100)
        return cut[49], cut[98], len(seconds) / sum(seconds)


async def _serve(directory: Path, how: str) -> None:
    """Answer until standard input ends."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    limits = {} if how == "limited" else {"requests_per_minute": None, "requests_per_hour": None}
    async with open_house(directory, **limits) as house, served(house) as (url, _):
        if how != "empty":
            await _seed(house)
        print(json.dumps({"host": url.removeprefix("http://"), "token": house.token}), flush=True)
        await asyncio.to_thread(sys.stdin.read)


async def _seed(house: House) -> None:
    now = datetime.now(UTC)
    async with house.database.write() as tx:
        await tx.execute(insert(tags), [_tag(number, now) for number in range(1, 101)])
        await _seed_droplets(tx, house.image_id, now)
        await _seed_snapshots(tx, now)


async def _seed_droplets(tx: Tx, image_id: int, now: datetime) -> None:
    numbers = range(10, DROPLETS + 10)
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
        {**shared, "id": n, "volume_id": n, "tags": [f"tag-{n % 100 + 1}"]}
        | {"name": f"web-{n}", "hostname": f"web-{n}", "folded": f"web-{n}"}
        for n in numbers
    ]
    await tx.execute(insert(droplets), rows)
    tagged = [{"tag_id": n % 100 + 1, "resource_type": "droplet", "resource_id": n} for n in numbers]
    await tx.execute(insert(taggings), tagged)


async def _seed_snapshots(tx: Tx, now: datetime) -> None:
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
            "layer_id": n % DROPLETS + 10,
            "droplet_id": n % DROPLETS + 10,
        }
        for n in range(10, SNAPSHOTS + 10)
    ]
    await tx.execute(insert(images), rows)


def _tag(number: int, now: datetime) -> dict[str, object]:
    return {"id": number, "name": f"tag-{number}", "folded": f"tag-{number}", "created_at": now}


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(Path(sys.argv[1]), sys.argv[2]))
