"""Typed client of the HTTP API: what the ``dew`` command speaks through, and any Python program may.

ClientError
├ Unreachable    nobody answers at the address, or what answers is not Dew
├ ApiError       the server said no: ``status``, ``id``, ``message``, ``request_id``
└ WaitedTooLong  the time limit passed; the Action goes on

Built on the standard library's http.client: measured here, importing it takes 20 ms where httpx takes 60 ms,
and every ``dew`` command pays that. Each request has a connection of its own, so that none is ever stale;
on one machine opening one costs a tenth of a millisecond. GET and PUT are tried again when the connection
breaks, everything else is sent once. What the server turns away for coming too fast (429) was not done, so it
is sent again when the server says. Sizes in gigabytes are GiB, as with DigitalOcean.
"""

import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

T = TypeVar("T")

REQUEST_TIMEOUT_SECONDS = 30.0  # the server answers everything long with an Action, so more means trouble
PIECE_TIMEOUT_SECONDS = 120.0  # 16 MiB at 140 KB/s, and a slow disk's sync
HEALTH_TIMEOUT_SECONDS = 6.0  # the server gives its database 5 s
STREAM_SILENCE_SECONDS = 30.0  # the event stream says something at least every 15 s; longer means it is dead
RESTART_PATIENCE_SECONDS = 30.0  # a wait survives a restart of dewd that is not longer than this
WAIT_TIMEOUT_SECONDS = 3600.0  # building an image under software emulation takes tens of minutes
POLL_SECONDS = 1.0
ATTEMPTS = 3  # of a request that may be repeated
TOO_FAST_PATIENCE_SECONDS = 70.0  # a minute's allowance is there again by then; an hour's is not waited for
PAGE_SIZE = 200  # the most that DigitalOcean's API gives at once
MAX_PAGES = 1000  # a server that always names a next page must not hold us for ever
READ_BYTES = 2**20  # of a download at once
_TRY_AGAIN = (502, 503, 504)  # what a proxy in front of a restarting server says


class ClientError(Exception):
    """Root of what goes wrong while speaking with Dew; the message is for people."""


class Unreachable(ClientError):
    """Nobody answers at the address, or what answers is not Dew."""


class WaitedTooLong(ClientError):
    """The time limit passed before the Action ended; it goes on without us."""


class ApiError(ClientError):
    """The server refused or failed; ``id`` is DigitalOcean's word for why (``not_found`` …)."""

    def __init__(
        self,
        status: int,
        id: str,
        message: str,
        request_id: str = "",
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.id = id
        self.message = message
        self.request_id = request_id
        self.retry_after_seconds = retry_after_seconds


class Wire(msgspec.Struct, frozen=True):
    """A value as it is in the API's JSON: same names, unknown members ignored."""


class Region(Wire, frozen=True):
    """A place that Droplets can be asked for; with Dew all are this machine."""

    slug: str
    name: str
    available: bool = True


class Size(Wire, frozen=True):
    """How much machine a Droplet gets; memory in MiB, disk in GiB, price in USD a month."""

    slug: str
    memory: int
    vcpus: int
    disk: int
    price_monthly: float = 0
    description: str = ""


class Image(Wire, frozen=True):
    """Something a Droplet can be created from; ``type`` is base, snapshot, backup or custom."""

    id: int
    name: str
    type: str = ""
    distribution: str = ""
    slug: str | None = None
    public: bool = False
    status: str = ""
    description: str | None = None
    min_disk_size: int | None = None
    size_gigabytes: float | None = None
    created_at: datetime | None = None


class Address(Wire, frozen=True):
    """One address of a Droplet; ``type`` is public or private."""

    ip_address: str
    type: str


class Networks(Wire, frozen=True):
    """The addresses of a Droplet."""

    v4: list[Address] = []


class Droplet(Wire, frozen=True):
    """A Droplet; ``memory`` in MiB, ``disk`` in GiB, ``status`` is new, active, off or archive."""

    id: int
    name: str
    status: str
    locked: bool
    created_at: datetime
    memory: int
    vcpus: int
    disk: int
    size_slug: str
    region: Region
    image: Image | None = None
    networks: Networks = Networks()
    snapshot_ids: list[int] = []
    tags: list[str] = []

    @property
    def address(self) -> str:
        """Its public IPv4 address, "" while it has none."""
        return next((each.ip_address for each in self.networks.v4 if each.type == "public"), "")


class Port(Wire, frozen=True):
    """A port of dewd's machine that leads to a Droplet; ``open`` says whether it does now."""

    address: str
    port: int
    guest_port: int
    open: bool


class Forward(Wire, frozen=True):
    """A port of the Droplet's address that leads to a port inside."""

    host_port: int
    guest_port: int


class KeptDisk(Wire, frozen=True):
    """A disk that a restore or rebuild replaced: what it can be undone to."""

    id: int
    image_id: int
    replaced_at: datetime
    kept_until: datetime  # sooner when space is short


class DropletDetail(Wire, frozen=True):
    """What Dew knows of a Droplet beyond DigitalOcean's description of it."""

    status: str = ""
    address: str | None = None
    forwards: list[Forward] = []
    ssh_port: int | None = None
    desired_power: str = ""
    observed: str = ""
    reason: str = ""
    password_available: bool = False
    incarnation: int = 0  # 0, or another number after each rebuild: then its SSH host keys are others
    kept_disks: list[KeptDisk] = []  # the one replaced last first
    damage: str = ""  # what its disk has lost; "" where nothing is known


class Snapshot(Wire, frozen=True):
    """A Snapshot of a Droplet's disk; its id is also that of an Image to create Droplets from."""

    id: int
    name: str
    created_at: datetime
    droplet_id: int | None = None
    consistency: str | None = None  # off, frozen or crash: what the filesystems were like at that instant
    used_bytes: int = 0
    disk_bytes: int = 0  # the smallest disk it fits on
    damage: str = ""  # what it has lost; "" where nothing is known


class Action(Wire, frozen=True):
    """A long-running change. What follows ``resource_type`` is known only to ``/dew/v1``."""

    id: int
    status: str  # in-progress, completed or errored
    type: str
    started_at: datetime
    completed_at: datetime | None = None
    resource_id: int | None = None
    resource_type: str = ""
    state: str = ""
    step: str = ""
    progress: int = 0  # percent
    message: str = ""
    error: str = ""

    @property
    def open(self) -> bool:
        """Whether somebody still works on it."""
        return self.status == "in-progress"


class Key(Wire, frozen=True):
    """A public SSH key of the account."""

    id: int
    name: str
    fingerprint: str
    public_key: str


class Token(Wire, frozen=True):
    """An access token; ``token`` is there only in the answer that makes it."""

    id: int
    name: str
    scopes: list[str] = []
    created_at: datetime | None = None
    last_used_at: datetime | None = None
    token: str | None = None


class Touched(Wire, frozen=True):
    """An Image or a Droplet that stands on a damaged Layer; ``kind`` is of an Image: snapshot, base …"""

    resource_type: str
    id: int
    name: str
    kind: str = ""
    damage: str = ""


class Check(Wire, frozen=True):
    """What a check of the store found, in sentences; ``faults`` harm nobody yet."""

    at: datetime
    layers: int = 0
    damaged: list[str] = []
    faults: list[str] = []


class Store(Wire, frozen=True):
    """How the disks of all Droplets and Images are kept."""

    last_check: Check | None = None
    touched: list[Touched] = []


class Recipe(Wire, frozen=True):
    """A distribution image that this machine can build."""

    name: str
    description: str = ""


class Upload(Wire, frozen=True):
    """A file on its way; ``received_bytes`` are there for good, and the next piece follows them."""

    id: int
    file_name: str
    size_bytes: int
    received_bytes: int
    sha256: str | None = None
    importing: bool = False


class Offer(Wire, frozen=True):
    """A distribution image that this machine can fetch."""

    name: str
    description: str = ""


class Export(Wire, frozen=True):
    """The manifest of a Snapshot that was written out, and of the file that its disk is in."""

    format: str
    format_version: int
    name: str
    created_at: datetime
    disk_bytes: int
    size_bytes: int  # of the file
    sha256: str  # of the file
    consistency: str | None = None
    distribution: str = "Unknown"
    expires_at: datetime | None = None


class Created(Wire, frozen=True):
    """A Droplet that was accepted, and the Action that makes it."""

    droplet: Droplet
    action_id: int


class Client:
    """One Dew, at one address, with one token. Every method raises ClientError."""

    def __init__(self, url: str, token: str, certificate: Path | None = None) -> None:
        """``certificate`` is a PEM file that is trusted besides what the system trusts."""
        self.url = url.rstrip("/")
        self.patience_seconds = TOO_FAST_PATIENCE_SECONDS
        self._token = token
        self._certificate = certificate

    # Droplets

    def droplets(self, name: str = "", tag: str = "") -> list[Droplet]:
        """Return the Droplets, all or those of that name or tag."""
        filters = {"name": name, "tag_name": tag}
        return self._list("/v2/droplets", "droplets", Droplet, filters)

    def droplet(self, droplet_id: int) -> Droplet:
        """Return one Droplet."""
        return self._one("GET", f"/v2/droplets/{droplet_id}", "droplet", Droplet)

    def droplet_detail(self, droplet_id: int) -> DropletDetail:
        """Return what only Dew tells of a Droplet: its SSH port, why it is off …"""
        return self._one("GET", f"/dew/v1/droplets/{droplet_id}", "droplet", DropletDetail)

    def create_droplet(self, wanted: Mapping[str, Any]) -> Created:
        """Ask for a Droplet; ``wanted`` is DigitalOcean's request body."""
        answer = self._send("POST", "/v2/droplets", wanted)
        links = _decode(answer["links"], dict[str, list[dict[str, Any]]], self.url)
        return Created(
            droplet=_decode(answer["droplet"], Droplet, self.url), action_id=int(links["actions"][0]["id"])
        )

    def delete_droplet(self, droplet_id: int) -> None:
        """Delete a Droplet; accepted at once, done soon after."""
        self._send("DELETE", f"/v2/droplets/{droplet_id}")

    def act(self, droplet_id: int, type_: str, **params: Any) -> Action:
        """Start an Action on a Droplet: power_on, snapshot, restore, resize, rename …"""
        body = {"type": type_, **params}
        return self._one("POST", f"/v2/droplets/{droplet_id}/actions", "action", Action, body)

    def snapshot_off(self, droplet_id: int, name: str) -> Action:
        """Shut a Droplet down, take a Snapshot, and switch it on again if it was on."""
        body = {"name": name, "off": True}
        return self._one("POST", f"/dew/v1/droplets/{droplet_id}/snapshots", "action", Action, body)

    def undo(self, droplet_id: int, disk: int | None = None) -> Action:
        """Give a Droplet back the disk that a restore or rebuild replaced: the last one, or the one named."""
        return self._one("POST", f"/dew/v1/droplets/{droplet_id}/undo", "action", Action, {"disk": disk})

    def reveal_password(self, droplet_id: int) -> str:
        """Return the generated root password, which the server shows once."""
        return self._one("POST", f"/dew/v1/droplets/{droplet_id}/password", "password", str)

    def ports(self, droplet_id: int) -> list[Port]:
        """Return the ports of dewd's machine that lead to a Droplet."""
        return self._one("GET", f"/dew/v1/droplets/{droplet_id}/ports", "ports", list[Port])

    def expose_port(
        self, droplet_id: int, address: str, port: int, guest_port: int, reconnect: bool = False
    ) -> Action:
        """Have a port of dewd's machine lead to one of a Droplet's."""
        body = {"address": address, "port": port, "guest_port": guest_port, "reconnect": reconnect}
        return self._one("POST", f"/dew/v1/droplets/{droplet_id}/ports", "action", Action, body)

    def hide_port(self, droplet_id: int, address: str, port: int) -> Action:
        """Have a port of dewd's machine lead to a Droplet no more."""
        place = f"{quote(address, safe='')}/{port}"
        return self._one("DELETE", f"/dew/v1/droplets/{droplet_id}/ports/{place}", "action", Action)

    # Images and Snapshots

    def images(self, private: bool | None = None) -> list[Image]:
        """Return the Images: all, only one's own (``private``), or only the distributions."""
        filters = {None: {}, True: {"private": "true"}, False: {"type": "distribution"}}[private]
        return self._list("/v2/images", "images", Image, filters)

    def image(self, id_or_slug: int | str) -> Image:
        """Return one Image, by its id or, for a distribution, its slug."""
        return self._one("GET", f"/v2/images/{quote(str(id_or_slug), safe='')}", "image", Image)

    def rename_image(self, image_id: int, name: str) -> Image:
        """Give an Image, a Snapshot among them, another name."""
        return self._one("PUT", f"/v2/images/{image_id}", "image", Image, {"name": name})

    def delete_image(self, image_id: int) -> None:
        """Delete an Image; Droplets made from it are not touched."""
        self._send("DELETE", f"/dew/v1/images/{image_id}")

    def recipes(self) -> list[Recipe]:
        """Return the distribution images that this machine can build."""
        return self._one("GET", "/dew/v1/recipes", "recipes", list[Recipe])

    def build_image(self, name: str) -> Action:
        """Start building a distribution image by its recipe's name."""
        return self._one("POST", "/dew/v1/images", "action", Action, {"name": name})

    def import_image(self, wanted: Mapping[str, Any]) -> Action:
        """Start making a custom Image; ``wanted`` has a name, and the url or the upload_id it is made of."""
        return self._one("POST", "/dew/v1/images/import", "action", Action, wanted)

    def uploads(self) -> list[Upload]:
        """Return the files on their way."""
        return self._one("GET", "/dew/v1/uploads", "uploads", list[Upload])

    def upload(self, upload_id: int) -> Upload:
        """Return how far a file is."""
        return self._one("GET", f"/dew/v1/uploads/{upload_id}", "upload", Upload)

    def begin_upload(self, file_name: str, size_bytes: int, sha256: str) -> Upload:
        """Announce a file; nothing of it is sent yet."""
        body = {"file_name": file_name, "size_bytes": size_bytes, "sha256": sha256}
        return self._one("POST", "/dew/v1/uploads", "upload", Upload, body)

    def send_piece(self, upload: Upload, piece: bytes) -> Upload:
        """Send the bytes that follow ``upload.received_bytes``; return it as it is then.

        After a failure nobody knows how much came: ask for the upload again. ApiError 409 says the same.
        """
        headers = {"Content-Type": "application/octet-stream", "Upload-Offset": str(upload.received_bytes)}
        path = f"/dew/v1/uploads/{upload.id}"
        content = self._send_once("PATCH", path, piece, PIECE_TIMEOUT_SECONDS, headers)
        answer = _decode(content, dict[str, msgspec.Raw], self.url)
        return _decode(answer["upload"], Upload, self.url)

    def delete_upload(self, upload_id: int) -> None:
        """Forget a file that is on its way."""
        self._send("DELETE", f"/dew/v1/uploads/{upload_id}")

    def catalogue(self) -> list[Offer]:
        """Return the distribution images that this machine can fetch."""
        return self._one("GET", "/dew/v1/catalogue", "catalogue", list[Offer])

    def fetch_image(self, name: str) -> Action:
        """Start fetching a distribution image by its name in the catalogue."""
        return self._one("POST", "/dew/v1/images", "action", Action, {"name": name})

    def snapshots(self) -> list[Snapshot]:
        """Return the Snapshots of Droplets, newest first."""
        found = self._list("/dew/v1/snapshots", "snapshots", Snapshot)
        return sorted(found, key=lambda each: (each.created_at, each.id), reverse=True)

    def snapshot(self, snapshot_id: int) -> Snapshot:
        """Return one Snapshot."""
        return self._one("GET", f"/dew/v1/snapshots/{snapshot_id}", "snapshot", Snapshot)

    def delete_snapshot(self, snapshot_id: int) -> None:
        """Delete a Snapshot; no Droplet is touched, whatever was made from it."""
        self._send("DELETE", f"/v2/snapshots/{snapshot_id}")

    def import_snapshot(self, upload_id: int, manifest: Export) -> Action:
        """Start making a Snapshot of an upload, with what the manifest of its export says of it."""
        body = {**msgspec.to_builtins(manifest), "upload_id": upload_id}
        return self._one("POST", "/dew/v1/snapshots/import", "action", Action, body)

    def make_export(self, snapshot_id: int) -> Action:
        """Start writing a Snapshot's disk out to a file at the server."""
        return self._one("POST", f"/dew/v1/snapshots/{snapshot_id}/export", "action", Action)

    def export(self, snapshot_id: int) -> Export:
        """Return what is known of a Snapshot's export; ApiError 404 if there is none."""
        return self._one("GET", f"/dew/v1/snapshots/{snapshot_id}/export", "export", Export)

    def delete_export(self, snapshot_id: int) -> None:
        """Delete a Snapshot's export; the Snapshot stays."""
        self._send("DELETE", f"/dew/v1/snapshots/{snapshot_id}/export")

    def read_export(self, snapshot_id: int, sha256: str, offset: int) -> Iterator[bytes]:
        """Yield the bytes of an exported disk from ``offset`` on. Raises Unreachable when the connection
        breaks; ApiError, 412 where the file is not the one with this checksum any more.
        """
        headers = {"Range": f"bytes={offset}-", "If-Range": f'"{sha256}"'}
        path = f"/dew/v1/snapshots/{snapshot_id}/export/disk"
        connection = self._connection(STREAM_SILENCE_SECONDS)
        try:
            response = self._exchange(connection, "GET", path, None, "application/octet-stream", headers)
            if response.status != 206:
                raise ApiError(412, "precondition_failed", "The export at the server is another one by now.")
            while piece := response.read(READ_BYTES):
                yield piece
        except (OSError, HTTPException) as error:
            raise Unreachable(f"The connection to {self.url} broke ({_reason(error)}).") from error
        finally:
            connection.close()

    # Actions

    def actions(self, droplet_id: int | None = None, limit: int = 20) -> list[Action]:
        """Return the newest Actions, at most 200, of everything or of one Droplet."""
        query = {"per_page": str(min(limit, PAGE_SIZE))}
        if droplet_id is not None:
            query["droplet_id"] = str(droplet_id)
        return self._one("GET", f"/dew/v1/actions?{urlencode(query)}", "actions", list[Action])[:limit]

    def action(self, action_id: int) -> Action:
        """Return one Action, with its progress."""
        return self._one("GET", f"/dew/v1/actions/{action_id}", "action", Action)

    def retry_action(self, action_id: int) -> Action:
        """Ask for another try of an Action that is stuck."""
        return self._one("POST", f"/dew/v1/actions/{action_id}/retry", "action", Action)

    def watch(self, action_id: int, timeout_seconds: float = WAIT_TIMEOUT_SECONDS) -> Iterator[Action]:
        """Yield an Action now and whenever it changed, until it has ended.

        The event stream only says when to look, so a lost event costs a second and never the truth.
        Raises WaitedTooLong; a restart of the server is waited for.
        """
        deadline = time.monotonic() + timeout_seconds
        last: Action | None = None
        for action in self._looks(action_id, deadline):
            if action != last:
                yield action
            last = action
            if not action.open:
                return
        limit = f"{timeout_seconds:.0f} seconds"
        raise WaitedTooLong(f"Action {action_id} did not end within {limit}. It goes on.")

    def _looks(self, action_id: int, deadline: float) -> Iterator[Action]:
        """Yield the Action again and again: by the event stream while it holds, else every second."""
        yield self.action(action_id)
        while time.monotonic() < deadline:
            with suppress(ClientError):
                for event in self.events(deadline):
                    if event in (None, action_id):
                        yield self.action(action_id)
            time.sleep(min(POLL_SECONDS, max(0.0, deadline - time.monotonic())))
            yield self._action_after_restart(action_id)

    def _action_after_restart(self, action_id: int) -> Action:
        """Return the Action, waiting a bounded time for a server that is being restarted."""
        patience = time.monotonic() + RESTART_PATIENCE_SECONDS
        while True:
            try:
                return self.action(action_id)
            except Unreachable:
                if time.monotonic() > patience:
                    raise
                time.sleep(POLL_SECONDS)

    def events(self, deadline: float) -> Iterator[int | None]:
        """Yield the id of each Action that changes from now on; None first, once the stream is open.

        Ends when the server ends it or ``deadline`` (of time.monotonic) passes. Raises Unreachable, ApiError.
        """
        connection = self._connection(_until(deadline))
        try:
            response = self._exchange(connection, "GET", "/dew/v1/events", None, "text/event-stream")
            yield None
            for event, data in _server_sent(response):
                if time.monotonic() >= deadline:
                    return
                if connection.sock is not None:
                    connection.sock.settimeout(_until(deadline))
                if event == "action":
                    yield int(_decode(data.encode(), dict[str, Any], self.url).get("action_id", 0))
        except (OSError, HTTPException) as error:
            raise Unreachable(f"The event stream of {self.url} broke: {error}") from error
        finally:
            connection.close()

    # The account, its keys and tokens

    def ssh_keys(self) -> list[Key]:
        """Return the account's public SSH keys."""
        return self._list("/v2/account/keys", "ssh_keys", Key)

    def add_key(self, name: str, public_key: str) -> Key:
        """Add a public SSH key."""
        body = {"name": name, "public_key": public_key}
        return self._one("POST", "/v2/account/keys", "ssh_key", Key, body)

    def delete_key(self, key_id: int) -> None:
        """Delete a public SSH key; Droplets that have it keep it."""
        self._send("DELETE", f"/v2/account/keys/{key_id}")

    def tokens(self) -> list[Token]:
        """Return the access tokens, without their secrets."""
        return self._list("/dew/v1/tokens", "tokens", Token)

    def create_token(self, name: str, scopes: list[str]) -> Token:
        """Make an access token; only this answer holds its secret."""
        return self._one("POST", "/dew/v1/tokens", "token", Token, {"name": name, "scopes": scopes})

    def revoke_token(self, token_id: int) -> None:
        """Make an access token worthless."""
        self._send("DELETE", f"/dew/v1/tokens/{token_id}")

    # The store

    def store(self) -> Store:
        """Return what the last check found, and whom damage touches."""
        return self._one("GET", "/dew/v1/store", "store", Store)

    def check_store(self) -> Action:
        """Begin to check every Layer, or join the check that is under way."""
        return self._one("POST", "/dew/v1/store/checks", "action", Action)

    # The catalogue and the daemon

    def sizes(self) -> list[Size]:
        """Return the sizes on offer."""
        return self._list("/v2/sizes", "sizes", Size)

    def regions(self) -> list[Region]:
        """Return the regions that may be asked for."""
        return self._list("/v2/regions", "regions", Region)

    def status(self) -> dict[str, Any]:
        """Return what the daemon says of itself and its machine."""
        return self._document("GET", "/dew/v1/status")

    def logs(self, lines: int) -> list[str]:
        """Return the last lines of the daemon's log."""
        return self._one("GET", f"/dew/v1/logs?lines={lines}", "lines", list[str])

    def stop(self, guests: bool) -> dict[str, Any]:
        """Ask the daemon to end, and to shut the guests down too if ``guests``."""
        return self._document("POST", "/dew/v1/stop", {"guests": guests})

    def healthy(self) -> bool:
        """Whether the daemon answers; needs no token."""
        try:
            content = self._send_once("GET", "/healthz", None, HEALTH_TIMEOUT_SECONDS)
            return _decode(content, dict[str, Any], self.url).get("status") == "ok"
        except ClientError:
            return False

    # How requests are made

    def _one(self, method: str, path: str, key: str, type_: type[T], body: Any = None) -> T:
        answer = self._send(method, path, body)
        if key not in answer:
            raise Unreachable(f"What answers at {self.url} does not speak as Dew does: no {key} in {path}.")
        return _decode(answer[key], type_, self.url)

    def _document(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = self._send(method, path, body)
        return {key: _decode(value, Any, self.url) for key, value in answer.items()}

    def _list(self, path: str, key: str, type_: type[T], filters: Mapping[str, str] | None = None) -> list[T]:
        """Return the items of every page. Pages are counted, never followed: a link could lead elsewhere."""
        found: list[T] = []
        asked = {name: value for name, value in (filters or {}).items() if value}
        for page in range(1, MAX_PAGES + 1):
            query = urlencode({**asked, "page": page, "per_page": PAGE_SIZE})
            answer = self._send("GET", f"{path}?{query}")
            found += _decode(answer.get(key, msgspec.Raw(b"[]")), list[type_], self.url)  # type: ignore[valid-type]
            if not _has_next(answer, self.url):
                break
        return found

    def _send(self, method: str, path: str, body: Any = None) -> dict[str, msgspec.Raw]:
        """Send a request, again if it may be repeated; return the members of the answer."""
        payload = None if body is None else msgspec.json.encode(body)
        tries = ATTEMPTS if method in ("GET", "PUT") else 1
        for attempt in range(1, tries + 1):
            try:
                content = self._send_in_time(method, path, payload)
                return _decode(content, dict[str, msgspec.Raw], self.url) if content else {}
            except (Unreachable, ApiError) as error:
                if attempt == tries or not _worth_repeating(error):
                    raise
                time.sleep(0.1 * 2**attempt)
        raise AssertionError("the loop returns or raises")

    def _send_in_time(self, method: str, path: str, payload: bytes | None) -> bytes:
        """Send a request, again while the server says that we come too fast and when we may come."""
        patience = time.monotonic() + self.patience_seconds
        while True:
            try:
                return self._send_once(method, path, payload)
            except ApiError as error:
                wait = error.retry_after_seconds
                if error.status != 429 or wait is None or time.monotonic() + wait > patience:
                    raise
                time.sleep(max(wait, POLL_SECONDS))

    def _send_once(
        self,
        method: str,
        path: str,
        payload: bytes | None,
        timeout_seconds: float = REQUEST_TIMEOUT_SECONDS,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        connection = self._connection(timeout_seconds)
        try:
            return self._exchange(connection, method, path, payload, "application/json", headers).read()
        except (OSError, HTTPException) as error:
            raise Unreachable(f"Nobody answers at {self.url} ({_reason(error)}).") from error
        finally:
            connection.close()

    def _connection(self, timeout_seconds: float) -> HTTPConnection:
        parts = urlsplit(self.url)
        try:
            port = parts.port
        except ValueError as error:
            raise Unreachable(f"{self.url} is not an address: {error}.") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Unreachable(f"{self.url} is not an address; write it as http://127.0.0.1:8080.")
        if parts.scheme == "http":
            return HTTPConnection(parts.hostname, port, timeout=timeout_seconds)
        return HTTPSConnection(parts.hostname, port, timeout=timeout_seconds, context=self._trust())

    def _trust(self) -> ssl.SSLContext:
        """What a server has to show: a certificate for its name, from who the system trusts, or our own.

        Our own proves by its key alone who it is: only dewd has that, whatever the address is called.
        """
        if self._certificate is None:
            return ssl.create_default_context()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            context.load_verify_locations(self._certificate)
        except (OSError, ValueError) as error:
            raise Unreachable(f"The certificate {self._certificate} cannot be used: {error}.") from error
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # it is no root: itself is what is trusted
        context.check_hostname = False
        return context

    def _exchange(
        self,
        connection: HTTPConnection,
        method: str,
        path: str,
        payload: bytes | None,
        accept: str,
        more_headers: Mapping[str, str] | None = None,
    ) -> HTTPResponse:
        """Send on an open connection; return the answer, unread. Raises ApiError unless it is a success."""
        headers = {"Accept": accept, "Connection": "close", "User-Agent": "dew"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if payload is not None:
            headers["Content-Type"] = "application/json"
        headers |= more_headers or {}
        connection.request(method, urlsplit(self.url).path + path, payload, headers)
        response = connection.getresponse()
        if response.status >= 300:
            raise _refusal(response)
        return response


def _has_next(answer: Mapping[str, msgspec.Raw], url: str) -> bool:
    links = _decode(answer.get("links", msgspec.Raw(b"{}")), dict[str, Any], url)
    return bool((links.get("pages") or {}).get("next"))


def _until(deadline: float) -> float:
    """How long a read of the event stream may take, in seconds."""
    return min(STREAM_SILENCE_SECONDS, max(0.1, deadline - time.monotonic()))


def _server_sent(response: HTTPResponse) -> Iterator[tuple[str, str]]:
    """Yield (event, data) of a stream of server-sent events; comments, the heartbeats, as ("", "")."""
    event, data = "", ""
    for line in response:
        field, _, value = line.decode().rstrip("\r\n").partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            event = value
        elif field == "data":
            data += value
        elif not field:
            yield event, data
            event, data = "", ""


def _refusal(response: HTTPResponse) -> ApiError:
    """Read an answer that is no success; whatever it holds, the result can be shown."""
    try:
        content: dict[str, Any] = msgspec.json.decode(response.read(), type=dict[str, Any])
    except msgspec.MsgspecError:
        content = {}
    return ApiError(
        response.status,
        str(content.get("id") or response.reason.lower().replace(" ", "_")),
        str(content.get("message") or f"The server answered {response.status} {response.reason}."),
        str(content.get("request_id") or response.getheader("x-request-id") or ""),
        _retry_after_seconds(response),
    )


def _retry_after_seconds(response: HTTPResponse) -> float | None:
    """How long the server wants us to wait; a date, which Dew never gives, counts as nothing said."""
    said = (response.getheader("retry-after") or "").strip()
    return float(said) if said.isdecimal() and said.isascii() else None


def _worth_repeating(error: ClientError) -> bool:
    """Whether the same request may do better; nobody listening at all is not worth a second try."""
    if isinstance(error, ApiError):
        return error.status in _TRY_AGAIN
    return not isinstance(error.__cause__, ConnectionRefusedError | TimeoutError)


def _reason(error: Exception) -> str:
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return words[0].lower() + words[1:]


def _decode(content: bytes | msgspec.Raw, type_: type[T], url: str) -> T:
    try:
        return msgspec.json.decode(content, type=type_)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unreachable(f"What answers at {url} does not speak as Dew does: {error}.") from error
