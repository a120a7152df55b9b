"""The control panel's files, from memory: every path that belongs to nobody else is one of its pages.

The page itself is made anew for every request, because each gets a nonce of its own for the styles that its
libraries write; so it has no ETag. What it loads is named by its content and never asked for again.
"""

import gzip
import hashlib
import secrets
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

import dew
from dew.api import origins
from dew.api.parts import DIGITALOCEAN

BUILT = Path(dew.__file__).parent / "panel" / "built"
PANEL_LIMIT_BYTES = 32 * 2**20  # it has some 3 MB; who put in more has put in something else
OTHERS = (DIGITALOCEAN, "/v1", "/dew")  # where what is unknown is an error and no page
INDEX = "index.html"
NONCE = b"__CSP_NONCE__"  # stands in index.html where the nonce belongs
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
PACKED_ALREADY = (".png", ".ico", ".woff2", ".gz", ".br")
HEADERS = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "same-origin",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self' {sockets}; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'"
)
NOT_BUILT = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Dew</title>
<h1>Dew's control panel is not built</h1>
<p>Run <code>./dew setup</code> in Dew's checkout, then <code>dew down</code> and <code>dew up</code>.
The <code>dew</code> command does everything meanwhile.</p></html>
"""

log = structlog.get_logger()


def read(directory: Path = BUILT) -> dict[str, bytes]:
    """Return the panel's files by their path; {} when nothing was built. Blocks."""
    paths = [path for path in directory.rglob("*") if path.is_file()]
    if sum(path.stat().st_size for path in paths) > PANEL_LIMIT_BYTES:
        log.error("what is built as the control panel is too large to be one", directory=str(directory))
        return {}
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in paths}


def pack(files: dict[str, bytes]) -> None:
    """Put packed ones beside the files: some may be asked for already, plain. Blocks for a while."""
    for name, content in list(files.items()):
        if name != INDEX and not name.endswith(PACKED_ALREADY):
            files.setdefault(f"{name}.gz", gzip.compress(content, mtime=0))


def serve(app: Starlette, files: Mapping[str, bytes]) -> None:
    """Have ``app`` answer with the panel where no route does."""
    nobody = app.router.default

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if scope["type"] != "http" or any(path == other or path.startswith(f"{other}/") for other in OTHERS):
            await nobody(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(404)
        await _file_or_page(Request(scope), files)(scope, receive, send)

    app.router.default = answer


def _file_or_page(request: Request, files: Mapping[str, bytes]) -> Response:
    name = request.scope["path"].removeprefix("/")
    if name in files and name != INDEX:
        return _file(request, files, name)
    if name.startswith("assets/") or (name != INDEX and PurePosixPath(name).suffix in TYPES):
        raise HTTPException(404)
    return _page(request, files.get(INDEX))


def _page(request: Request, index: bytes | None) -> Response:
    if index is None:
        headers = HEADERS | {"content-security-policy": "default-src 'none'", "cache-control": "no-store"}
        return Response(NOT_BUILT, 503, headers, TYPES[".html"])
    nonce = secrets.token_urlsafe(16)
    sockets = origins.own_origin(request).replace("http", "ws", 1)  # older browsers want it said
    policy = POLICY.format(nonce=nonce, sockets=sockets)
    headers = HEADERS | {"content-security-policy": policy, "cache-control": "no-cache"}
    return Response(index.replace(NONCE, nonce.encode()), headers=headers, media_type=TYPES[".html"])


def _file(request: Request, files: Mapping[str, bytes], name: str) -> Response:
    encoding, content = _packed(request.headers.get("accept-encoding", ""), files, name)
    for_good = name.startswith("assets/")  # its name says what is in it
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = HEADERS | {
        "cache-control": "public, max-age=31536000, immutable" if for_good else "no-cache",
        "etag": etag,
        "vary": "accept-encoding",
    }
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if encoding:
        headers["content-encoding"] = encoding
    type_ = TYPES.get(PurePosixPath(name).suffix, "application/octet-stream")
    return Response(content, headers=headers, media_type=type_)


def _packed(accepted: str, files: Mapping[str, bytes], name: str) -> tuple[str, bytes]:
    """Return a file as small as the client takes it, and how it is packed ("" if not)."""
    words = {word.partition(";")[0].strip() for word in accepted.lower().split(",")}
    for encoding, suffix in (("br", ".br"), ("gzip", ".gz")):
        if encoding in words and f"{name}{suffix}" in files:
            return encoding, files[f"{name}{suffix}"]
    return "", files[name]
