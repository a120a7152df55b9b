"""Sending a file to dewd: piece by piece, over broken connections and restarts, and on another day.

A file is known again by its size and SHA-256, so the same command goes on where the last one was broken off.
"""

import hashlib
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from dew.cli.failure import Exit, Failure
from dew.cli.show import note
from dew.client import ApiError, Client, ClientError, Unreachable, Upload

PIECE_BYTES = 16 * 2**20  # what a broken connection costs at most, and what is held in memory
HASHED_BYTES = 4 * 2**20
PATIENCE_SECONDS = 60.0  # for a dewd that is being restarted
PAUSE_SECONDS = 1.0
PERCENT_BETWEEN_LINES = 10
MIB = 2**20


class Meter(Protocol):
    """What shows how far something is."""

    def show(self, done_bytes: int) -> None:
        """Show that so much is done."""


def send(client: Client, path: Path) -> Upload:
    """Have the file at ``path`` at dewd, whole; return the upload. Raises Failure."""
    try:
        with path.open("rb") as file:
            size_bytes = path.stat().st_size
            sha256 = _sha256(file, path, size_bytes)
            begun = _found(client, size_bytes, sha256) or client.begin_upload(path.name, size_bytes, sha256)
            return _send_rest(client, file, path, begun)
    except OSError as error:
        raise Failure(f"{path} can't be read: {error.strerror or error}.", Exit.USAGE) from error
    except KeyboardInterrupt as error:
        raise Failure(
            "Stopped. What was sent is kept for a day: the same command goes on with it.", Exit.INTERRUPTED
        ) from error


def _sha256(file: IO[bytes], path: Path, size_bytes: int) -> str:
    digest = hashlib.sha256()
    with meter(f"Reading {path.name}", size_bytes) as shown:
        while piece := file.read(HASHED_BYTES):
            digest.update(piece)
            shown.show(file.tell())
    return digest.hexdigest()


def _found(client: Client, size_bytes: int, sha256: str) -> Upload | None:
    """Return the upload that an earlier command began for the same bytes."""
    same = [each for each in client.uploads() if (each.size_bytes, each.sha256) == (size_bytes, sha256)]
    return next((each for each in same if not each.importing), None)


def _send_rest(client: Client, file: IO[bytes], path: Path, upload: Upload) -> Upload:
    patience = time.monotonic() + PATIENCE_SECONDS
    with meter(f"Sending {path.name}", upload.size_bytes) as shown:
        while upload.received_bytes < upload.size_bytes:
            shown.show(upload.received_bytes)
            try:
                file.seek(upload.received_bytes)
                upload = client.send_piece(upload, file.read(PIECE_BYTES))
                patience = time.monotonic() + PATIENCE_SECONDS
            except (Unreachable, ApiError) as error:
                if time.monotonic() > patience or not _passes(error):
                    raise
                upload = _as_it_is(client, upload, patience)
        shown.show(upload.received_bytes)
    return upload


def _passes(error: ClientError) -> bool:
    """Whether it may go on after this: a broken connection, a restart, a piece that had arrived after all."""
    return not isinstance(error, ApiError) or error.status in (409, 502, 503, 504)


def _as_it_is(client: Client, upload: Upload, patience: float) -> Upload:
    """Ask how much arrived, waiting for a dewd that is away for a while."""
    while True:
        time.sleep(PAUSE_SECONDS)
        try:
            return client.upload(upload.id)
        except (Unreachable, ApiError) as error:
            if time.monotonic() > patience or not _passes(error):
                raise


@contextmanager
def meter(doing: str, total_bytes: int) -> Iterator[Meter]:
    """Give what shows progress: a bar on a terminal, a line every tenth elsewhere, on standard error."""
    if not sys.stderr.isatty():
        yield _Lines(doing, total_bytes)
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    text = TextColumn("{task.description}", markup=False)
    columns = (text, BarColumn(bar_width=30), DownloadColumn(binary_units=True), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(doing, total=total_bytes)
        yield _Bar(lambda done: progress.update(task, completed=done))


class _Bar:
    def __init__(self, update: Callable[[int], None]) -> None:
        self.show = update


class _Lines:
    def __init__(self, doing: str, total_bytes: int) -> None:
        self._doing = doing
        self._total_bytes = total_bytes
        self._next_percent = 0

    def show(self, done_bytes: int) -> None:
        percent = 100 * done_bytes // max(1, self._total_bytes)
        if percent >= self._next_percent:
            self._next_percent = percent + PERCENT_BETWEEN_LINES
            note(f"{self._doing}: {percent:3d} %  of {self._total_bytes // MIB} MiB")
