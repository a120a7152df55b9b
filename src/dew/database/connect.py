"""The connection to the database; this file alone knows which one it is.

SQLite, with every commit on the disk before it is acknowledged (``synchronous=FULL``) and write
transactions that take their lock at the start (``BEGIN IMMEDIATE``), so that none fails half-way because
another was first.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, Table, create_engine, event, insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from dew.database import tables, triggers
from dew.database.ballast import Ballast
from dew.database.changes import Changes
from dew.database.kept import Kept
from dew.model.errors import DatabaseBusy, DatabaseFull

BUSY_TIMEOUT_MS = 10_000  # only a second process (a copy being made) can hold the lock at all
READERS = 4
PATIENCE_SECONDS = 10.0  # of a reader for its turn: a read takes milliseconds

MOST_TOTALS = 1000  # kept at once: of lists that were asked for

Tx = AsyncConnection


@dataclass(frozen=True)
class Reading:
    """What a read transaction may use beside the database."""

    totals: Kept[int]
    began: int  # by the clock of Changes


class Database:
    """Transactions on Dew's database, and word of every commit."""

    def __init__(self, engine: AsyncEngine, changes: Changes, ballast: Ballast | None = None) -> None:
        self.changes = changes
        self._totals: Kept[int] = Kept(changes, MOST_TOTALS)
        self._engine = engine
        self._ballast = ballast
        self._writing = engine.execution_options(dew_begin="BEGIN IMMEDIATE")
        self._writer = asyncio.Lock()
        self._readers = asyncio.Semaphore(READERS)  # so that they never take the writer's connection
        self._committed = asyncio.Event()

    @classmethod
    async def open(cls, path: Path, *, durable: bool = True) -> "Database":
        """Open, and bring up to date, the database at ``path``.

        ``durable=False`` (the simulator and the tests that count steps, not power cuts) leaves flushing to
        the operating system. Raises Broken when a newer Dew made the database.
        """
        from dew.database import migrations  # takes a third of a second that a simulation has no use for

        await asyncio.to_thread(migrations.upgrade, path)
        return cls._opened(path, durable)

    @classmethod
    async def fresh(cls, path: Path) -> "Database":
        """Make a database at ``path``, where there is none, that need not outlive this process."""
        await asyncio.to_thread(_make, path)
        return cls._opened(path, durable=False)

    @classmethod
    def _opened(cls, path: Path, durable: bool) -> "Database":
        engine = create_async_engine(
            f"sqlite+aiosqlite:///{path}",
            pool_size=READERS + 1,
            max_overflow=0,
            pool_timeout=PATIENCE_SECONDS,
        )
        changes = Changes()
        _prepare_connections(engine, "FULL" if durable else "OFF", changes)
        return cls(engine, changes, Ballast(path.with_name("ballast")) if durable else None)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """One consistent view of the database. Raises DatabaseBusy, DatabaseFull."""
        await self._take_turn()
        try:
            async with self._engine.connect() as connection, connection.begin():
                await connection.execution_options(dew_reading=Reading(self._totals, self.changes.now))
                yield connection
        except (OperationalError, PoolTimeoutError) as error:
            raise _translated(error) from error
        finally:
            self._readers.release()

    async def _take_turn(self) -> None:
        """Wait for one of the readers' connections. Raises DatabaseBusy."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._readers.acquire()
        except TimeoutError as error:
            raise DatabaseBusy(
                f"Too many read the database: none ended in {PATIENCE_SECONDS:.0f} s."
            ) from error

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tx]:
        """One transaction: all of it is on the disk when the block is left, or none of it.

        Raises DatabaseBusy or DatabaseFull, with nothing changed.
        """
        async with self._writer:
            if self._ballast is not None:
                self._ballast.give_way()  # two quick questions to the filesystem, not worth a thread
            try:
                with self.changes.told():
                    async with self._writing.connect() as connection, connection.begin():
                        self.changes.begun()
                        yield connection
            except (OperationalError, PoolTimeoutError) as error:
                raise _translated(error) from error
        self._committed.set()
        self._committed = asyncio.Event()

    async def set_space_aside(self) -> None:
        """While there is plenty of space, keep some for the time when there is none. Raises OSError."""
        if self._ballast is not None:
            await asyncio.to_thread(self._ballast.set_aside)

    @asynccontextmanager
    async def quiet(self) -> AsyncIterator[None]:
        """Nobody is inside a write transaction: the moment to cancel tasks that may write.

        A task that is cancelled in the middle of one leaves its connection to be cleaned up later, and the
        database locked until then.
        """
        async with self._writer:
            yield

    def next_commit(self) -> asyncio.Event:
        """Return the event that is set by the next commit. Take it before you read, then wait for it."""
        return self._committed

    async def close(self) -> None:
        """Let all connections go; what was committed stays."""
        await self._engine.dispose()


def reading(tx: Tx) -> Reading | None:
    """Return what a read transaction may use beside the database, None in one that writes."""
    assert tx.sync_connection is not None
    found: Reading | None = tx.sync_connection.get_execution_options().get("dew_reading")
    return found


async def insert_row(tx: Tx, table: Table, **values: Any) -> int:
    """Insert one row and return its id, which no row ever had before."""
    key = (await tx.execute(insert(table).values(**values))).inserted_primary_key
    assert key is not None
    return int(key[0])


def _make(path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA synchronous=OFF")  # nothing is there yet to be lost
        connection.exec_driver_sql("BEGIN")
        tables.metadata.create_all(connection, checkfirst=False)
    path.chmod(0o600)


def _translated(error: OperationalError | PoolTimeoutError) -> Exception:
    reason = str(getattr(error, "orig", None) or error)
    if "full" in reason:
        return DatabaseFull("The disk that holds Dew's database is full: make room, then try again.")
    return DatabaseBusy(f"The database did not answer in time ({reason}).")


def _prepare_connections(engine: AsyncEngine, synchronous: str, changes: Changes) -> None:
    pragmas = (
        "journal_mode=WAL",
        f"synchronous={synchronous}",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    )
    script = "".join(f"PRAGMA {pragma};\n" for pragma in pragmas) + triggers.script()

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        connection.create_function(triggers.FUNCTION, 3, changes.note)
        connection.run_async(lambda raw: raw.executescript(script))  # one hop to its thread, not eighty

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("dew_begin", "BEGIN"))
