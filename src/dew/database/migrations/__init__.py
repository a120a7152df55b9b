"""The database's history: each version of the schema, and the way from one to the next.

A newer Dew takes an older database over by itself, after copying it; an older Dew refuses a newer one.
All migrations that are due are one transaction, so whatever ends dewd meanwhile leaves the old database.
"""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from dew.database.copies import copy
from dew.model.errors import Broken

SCRIPTS = Path(__file__).parent
KEPT_COPIES = 5  # before-migration copies beside the database


def upgrade(path: Path) -> None:
    """Bring the database at ``path`` to the newest version; make it if it is not there. Blocks.

    Raises Broken when a newer Dew made it.
    """
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    _begin_before_anything(engine)
    config = _config(engine)
    script = ScriptDirectory.from_config(config)
    current = version(engine)
    if current == script.get_current_head():
        return
    _refuse_newer(path, current, script)
    if current is not None:
        copy(path, path.with_name(f"{path.name}.before-{script.get_current_head()}"))
        _drop_old_copies(path)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()
    path.chmod(0o600)


def _begin_before_anything(engine: Engine) -> None:
    """Python's sqlite3 would begin no transaction for what changes a schema."""

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def version(engine: Engine) -> str | None:
    """Return the schema's version, None for an empty database."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_current(path: Path) -> bool:
    """Whether the database at ``path`` has this Dew's schema. Blocks. Raises SQLAlchemyError."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    script = ScriptDirectory.from_config(_config(engine))
    return version(engine) == script.get_current_head()


def _drop_old_copies(path: Path) -> None:
    made = sorted(path.parent.glob(f"{path.name}.before-*"), key=lambda each: each.stat().st_mtime)
    for old in made[:-KEPT_COPIES]:
        old.unlink()


def _refuse_newer(path: Path, current: str | None, script: ScriptDirectory) -> None:
    known = {revision.revision for revision in script.walk_revisions()}
    if current is not None and current not in known:
        raise Broken(
            f"{path} was made by a newer Dew (schema {current}). Nothing was changed: start the newer "
            f"version again, or put back the copy it made before it upgraded, {path.name}.before-{current}."
        )


def _config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config
