"""Where dewd keeps its data on this machine, and with it the way to dewd: its address and the token.

The same rules as the daemon's own; ``address``, ``certificate.pem``, ``dewd.pid`` and ``token`` in the data
directory are written by it. A dewd that is killed leaves its address behind, and another program may listen
there by now: the token is sent there only while the process of dewd lives.
"""

import os
from contextlib import suppress
from pathlib import Path

from dew.cli.failure import Exit, Failure
from dew.cli.process import running_on
from dew.client import Client

DEFAULT_LISTEN = "127.0.0.1:8080"


def data_directory() -> Path:
    """Return DEW_DATA, or /var/lib/dew for root, or the user's own data directory."""
    if chosen := os.environ.get("DEW_DATA"):
        return Path(chosen).absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/dew")
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "dew"


def address() -> str:
    """Return the URL of dewd: DEW_URL, or what dewd wrote down, or where it listens. Raises Failure."""
    if url := os.environ.get("DEW_URL"):
        return url
    return _written_address() or f"http://{_listen()}"


def _written_address() -> str:
    """Return what dewd wrote down, "" if it wrote nothing."""
    with suppress(OSError):
        return (data_directory() / "address").read_text().strip()
    return ""


def _listen() -> str:
    """Where dewd is told to listen. Raises Failure if that is nowhere, as dewd itself will say."""
    listen = os.environ.get("DEW_LISTEN") or DEFAULT_LISTEN
    port = listen.rpartition(":")[2]
    if ":" not in listen or not port.isdecimal() or int(port) > 65535:
        wrong = f"DEW_LISTEN must be ADDRESS:PORT, such as {DEFAULT_LISTEN}; it is {listen!r}."
        raise Failure(wrong, Exit.USAGE)
    return listen


def open_client() -> Client:
    """Return a client for the dewd of this machine, or of DEW_URL. Raises Failure without token or dewd."""
    url, token = address(), _token()
    if not may_answer():
        away = (
            f"dewd is not running with the data in {data_directory()}; one elsewhere is reached by DEW_URL."
        )
        raise unreachable(away)
    return Client(url, token, _certificate(url))


def anonymous_client() -> Client:
    """Return a client without a token, enough to ask whether dewd is healthy."""
    url = address()
    return Client(url, "", _certificate(url))


def _certificate(url: str) -> Path | None:
    """The certificate that dewd shows, as it wrote it down; what DEW_URL names has to convince the system."""
    file = data_directory() / "certificate.pem"
    known = not os.environ.get("DEW_URL") and url.startswith("https://") and os.access(file, os.R_OK)
    return file if known else None


def may_answer() -> bool:
    """Whether who answers can be our dewd: DEW_URL names it, its process lives, or we may not look."""
    if os.environ.get("DEW_URL"):
        return True
    try:
        return running_on(data_directory()) is not None
    except PermissionError:
        return True


def _token() -> str:
    if token := os.environ.get("DEW_TOKEN"):
        return token.strip()
    if (url := os.environ.get("DEW_URL")) and url.rstrip("/") != _written_address():
        raise Failure(
            f"DEW_URL names {url}, which is not the dewd of this machine, so its token is not sent there: "
            "set DEW_TOKEN to a token of that dewd.",
            Exit.REFUSED,
        )
    file = data_directory() / "token"
    try:
        return file.read_text().strip()
    except PermissionError as error:
        raise Failure(
            f"The token in {file} belongs to another user. Use that user (often: sudo dew …), "
            "or set DEW_TOKEN to a token of your own.",
            Exit.REFUSED,
        ) from error
    except OSError as error:
        raise _no_token(file) from error


def _no_token(file: Path) -> Failure:
    """Without dewd there is no token either; then its absence is what to tell."""
    if not anonymous_client().healthy():
        return unreachable()
    return Failure(
        f"dewd answers at {address()}, but there is no token in {file}. "
        "Set DEW_TOKEN, or DEW_DATA to the data directory of that dewd.",
        Exit.REFUSED,
    )


def unreachable(detail: str = "") -> Failure:
    """The failure that says dewd is not there, and how to start it."""
    why = detail or f"Nobody answers at {address()}."
    return Failure(f"{why} Start dewd with: dew up", Exit.UNREACHABLE)
