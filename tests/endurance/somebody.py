"""One client of a crowd: does random things, and holds every refusal to what may be said."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import TYPE_CHECKING, Any

import httpx2

from tests.endurance.brought import MANIFEST, PACKED, exported, piece

if TYPE_CHECKING:
    from tests.endurance.crowd import Crowd

IMAGE = "dew-micro"
FETCHED = "debian-13-x64"
BIGGER = ("s-1vcpu-512mb-10gb", "s-1vcpu-1gb")
MOST_DROPLETS = 5
LOOK_EVERY_SECONDS = 0.1
PATIENT = 0.7  # of the clients wait for the end of what they asked for
NOWHERE = 10**6  # an id that is never reached here
ADDRESS = f"127.99.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"  # of this run alone, for ports
PORTS = range(20_001, 20_005)  # fewer than there are Droplets

Words = dict[tuple[int, str], Sequence[str]]
"""By status and id, patterns of messages."""

REFUSALS: Words = {
    (404, "not_found"): ("The resource you were accessing could not be found.",),
    (422, "unprocessable_entity"): (
        "Droplet already has a pending event.",
        "Droplet is already powered off.",
        "Droplet is currently on. Please power it off to run this event.",
        "Droplet is currently off. Please power it on to run this event: .*",
        "You specified an invalid image for Droplet (creation|restore|rebuild).",
        "You can only restore a Droplet from its own Snapshots and Backups.",
        "Size can not decrease size of Droplet's disk image",
        "The image needs a disk of at least [0-9]+ GB; .*",
    ),
}
"""What DigitalOcean says, in its words; nothing else may be heard."""

OWN_REFUSALS: Words = {
    (404, "not_found"): (f"Port {ADDRESS}:[0-9]+ does not lead to .*",),
    (422, "unprocessable_entity"): (
        "There is nothing to undo: no disk of this Droplet is kept. .*",
        "Port [0-9.:]+ leads to .* already: hide it there first, or choose another.",
        f"Image {FETCHED} is being made already: see Action [0-9]+.",
    ),
    (429, "too_many_requests"): ("16 uploads are under way already: delete some first.",),
}
"""What is heard below /dew/v1 besides."""

SENT_TO_DROPLETS = (
    "power_on",
    "power_off",
    "power_cycle",
    "reboot",
    "shutdown",
    "snapshot",
    "restore",
    "rebuild",
    "resize",
    "password_reset",
    "rename",
)


class Somebody:
    """One client; it does not know what the others do."""

    def __init__(self, crowd: "Crowd", connection: httpx2.AsyncClient, random: Random) -> None:
        self._crowd = crowd
        self._connection = connection
        self._random = random

    async def do_something(self) -> None:
        droplets = await self._ids("/v2/droplets")
        wishes = [self._act] * 12 + [self._do_what_only_dew_does] * 8 + [self._look] * 4
        wishes += [self._create, self._delete, self._delete_image]
        if len(droplets) < MOST_DROPLETS:  # not all may have the same thought
            wishes += [self._create] * 2
        elif len(droplets) > MOST_DROPLETS:
            wishes += [self._delete] * 2
        await self._random.choice(wishes)([*droplets, NOWHERE])

    async def _create(self, droplets: list[int]) -> None:
        if len(droplets) > MOST_DROPLETS:  # with the one that is nowhere
            return
        image = self._random.choice([IMAGE, IMAGE, *await self._ids("/v2/snapshots")])
        name, keys = self._name(), list(self._crowd.keys)
        body = {"name": name, "size": self._crowd.size, "image": image, "ssh_keys": keys}
        await self._send("POST", "/v2/droplets", body)

    async def _act(self, droplets: list[int]) -> None:
        droplet, type_ = self._random.choice(droplets), self._random.choice(SENT_TO_DROPLETS)
        body: dict[str, Any] = {"type": type_, "name": self._name()}
        if type_ == "restore":
            own = await self._ids(f"/v2/droplets/{droplet}/snapshots") if droplet != NOWHERE else []
            body["image"] = self._random.choice([*own, *own, *await self._ids("/v2/snapshots"), NOWHERE])
        elif type_ == "rebuild":
            body["image"] = self._random.choice([IMAGE, *await self._ids("/v2/snapshots"), NOWHERE])
        elif type_ == "resize":
            body |= {"size": self._random.choice(BIGGER), "disk": self._random.random() < PATIENT}
        await self._begin(f"/v2/droplets/{droplet}/actions", body)

    async def _do_what_only_dew_does(self, droplets: list[int]) -> None:
        wishes: list[Callable[[str], Awaitable[None]]]
        wishes = [self._undo, self._snapshot_off, self._expose, self._hide, self._export, self._check_store]
        wishes += [self._import_image, self._import_snapshot] + [self._fetch] * self._crowd.fetches
        await self._random.choice(wishes)(f"/dew/v1/droplets/{self._random.choice(droplets)}")

    async def _undo(self, droplet: str) -> None:
        await self._begin(f"{droplet}/undo", {})

    async def _snapshot_off(self, droplet: str) -> None:
        await self._begin(f"{droplet}/snapshots", {"name": self._name(), "off": True})

    async def _expose(self, droplet: str) -> None:
        body = {"address": ADDRESS, "port": self._random.choice(PORTS), "guest_port": 22}
        await self._begin(f"{droplet}/ports", body)

    async def _hide(self, droplet: str) -> None:
        await self._send("DELETE", f"{droplet}/ports/{ADDRESS}/{self._random.choice(PORTS)}")

    async def _export(self, _: str) -> None:
        snapshot = self._random.choice([*await self._ids("/v2/snapshots"), NOWHERE])
        await self._begin(f"/dew/v1/snapshots/{snapshot}/export", {})

    async def _check_store(self, _: str) -> None:
        await self._begin("/dew/v1/store/checks", {})

    async def _import_image(self, _: str) -> None:
        if upload := await self._upload("disk.raw.gz", PACKED):
            await self._begin("/dew/v1/images/import", {"name": self._name(), "upload_id": upload})

    async def _import_snapshot(self, _: str) -> None:
        if upload := await self._upload("disk.qcow2", exported()):
            body = MANIFEST | {"name": self._name(), "upload_id": upload}
            await self._begin("/dew/v1/snapshots/import", body)

    async def _fetch(self, _: str) -> None:
        await self._begin("/dew/v1/images", {"name": FETCHED})

    async def _upload(self, name: str, content: bytes) -> int | None:
        body = {"file_name": name, "size_bytes": len(content)}
        begun = await self._send("POST", "/dew/v1/uploads", body)
        if not begun:
            return None
        upload: int = begun["upload"]["id"]
        await self._send("PATCH", f"/dew/v1/uploads/{upload}", **piece(content))
        return upload

    async def _begin(self, path: str, body: dict[str, Any]) -> None:
        """Ask for an Action; some wait for its end."""
        answer = await self._send("POST", path, body)
        if answer and self._random.random() < PATIENT:
            await self._end_of(answer["action"])

    async def _end_of(self, action: dict[str, Any]) -> None:
        version = "/dew/v1" if action["resource_type"] == "store" else "/v2"  # which knows no store
        while action["completed_at"] is None:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            action = (await self._send("GET", f"{version}/actions/{action['id']}"))["action"]

    async def _delete(self, droplets: list[int]) -> None:
        await self._send("DELETE", f"/v2/droplets/{self._random.choice(droplets)}")

    async def _delete_image(self, _: list[int]) -> None:
        """One of the users' own, Snapshots among them."""
        image = self._random.choice([*await self._ids("/v2/images", "&private=true"), NOWHERE])
        await self._send("DELETE", f"/v2/images/{image}")

    async def _look(self, droplets: list[int]) -> None:
        droplet = self._random.choice(droplets)
        paths = ("/v2/actions", "/v2/images", f"/v2/droplets/{droplet}", f"/v2/droplets/{droplet}/actions")
        await self._send("GET", self._random.choice(paths))

    async def _ids(self, path: str, query: str = "") -> list[int]:
        body = await self._send("GET", f"{path}?per_page=200{query}")
        return [int(each["id"]) for each in body.get(path.rsplit("/", 1)[1], ())]

    def _name(self) -> str:
        return f"crowd-{self._random.randrange(1000)}"

    async def _send(self, method: str, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
        answer = await self._connection.request(method, path, json=body, **more)
        what = body["type"] if body and "type" in body else re.sub("[0-9.]+", "N", path)
        self._crowd.sent[f"{method} {what}"] += 1
        content: dict[str, Any] = answer.json() if answer.content else {}
        if not answer.is_success:
            self._check_refusal(answer, content, f"{method} {path} {body}")
            return {}
        action = content.get("action") or next(iter(content.get("links", {}).get("actions", ())), None)
        if method != "GET" and action:
            self._crowd.accepted.add(action["id"])
        return content

    def _check_refusal(self, answer: httpx2.Response, content: dict[str, Any], asked: str) -> None:
        key = answer.status_code, content.get("id", "")
        known = [*REFUSALS.get(key, ()), *(OWN_REFUSALS.get(key, ()) if "/dew/v1" in asked else ())]
        message = content.get("message", "")
        said = next((words for words in known if re.fullmatch(words, message)), None)
        assert said is not None, f"{asked}: {answer.status_code} {answer.text}"
        assert content["request_id"] == answer.headers["x-request-id"]
        self._crowd.refused[said] += 1
