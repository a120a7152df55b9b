"""The schema, as the newest migration leaves it (a test holds the two against each other).

Ids that people, guests or files see are AUTOINCREMENT: none is ever given out twice, so an old client's id,
a guest's instance-id or a Layer's file name can never come to mean something else.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator[datetime]):
    """An aware datetime in UTC; stored without its zone, which both databases can do alike."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def _table(name: str, *parts: Any) -> Table:
    """A table whose integer key is never reused."""
    return Table(name, metadata, Column("id", Integer, primary_key=True), *parts, sqlite_autoincrement=True)


facts = Table(  # single values: the store's identity, when the database was last copied …
    "facts", metadata, Column("name", String(64), primary_key=True), Column("value", Text, nullable=False)
)

layers = _table(
    "layers",
    Column("parent_id", ForeignKey("layers.id"), index=True),
    Column("disk_bytes", Integer, nullable=False),
    Column("sealed_at", Utc),
    Column("created_at", Utc, nullable=False),
    Column("checksum", String(64)),  # BLAKE3 of the file, first read after it was sealed; None until then
    Column("damage", Text),  # a sentence; None where the last check found nothing wrong
    Column("checked_at", Utc),
)

volumes = _table(
    "volumes",
    Column("layer_id", ForeignKey("layers.id"), nullable=False, index=True),  # the writable one
    Column("retired_at", Utc, index=True),  # since when no Droplet uses it: kept a while to go back to
    Column("droplet_id", Integer, index=True),  # whose disk it was, and what that Droplet was with it …
    Column("image_id", Integer),
    Column("hostname", String(255)),
    Column("incarnation", Integer),  # … all of them set when it is retired
)

droplets = _table(
    "droplets",
    Column("name", String(255), nullable=False, index=True),
    Column("folded", String(255), nullable=False, server_default=""),  # it, in lower case
    Column("hostname", String(255), nullable=False),  # the name it was born with
    Column("incarnation", Integer, nullable=False, server_default="0"),  # which first boot its disk has had
    Column("region", String(16), nullable=False),
    Column("size_slug", String(64), nullable=False),
    Column("vcpus", Integer, nullable=False),
    Column("memory_mb", Integer, nullable=False),
    Column("disk_gb", Integer, nullable=False),
    Column("image_id", Integer, nullable=False),  # no foreign key: the Image may be deleted
    Column("volume_id", ForeignKey("volumes.id"), index=True),  # None once its disk is deleted
    Column("desired_power", String(8), nullable=False),
    Column("public_keys", JSON, nullable=False),
    Column("password_hash", Text),
    Column("password_once", Text),  # the generated password, until it has been shown
    Column("user_data", Text, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("features", JSON, nullable=False, server_default="[]"),  # that it was asked to have
    Column("created_at", Utc, nullable=False),
    Column("gone_at", Utc, index=True),
    Index("ix_droplets_folded", "folded", "gone_at"),
)

addresses = Table(
    "addresses",
    metadata,
    Column("address", String(45), primary_key=True),
    Column("droplet_id", ForeignKey("droplets.id"), nullable=False, unique=True),
)

exposures = _table(  # ports of this machine that are to lead to a Droplet
    "exposures",
    Column("droplet_id", ForeignKey("droplets.id"), nullable=False, index=True),
    Column("address", String(45), nullable=False),
    Column("port", Integer, nullable=False),
    Column("guest_port", Integer, nullable=False),
    UniqueConstraint("address", "port"),
)

guests = Table(  # what a Host last saw; absent means never started
    "guests",
    metadata,
    Column("droplet_id", ForeignKey("droplets.id"), primary_key=True),
    Column("observed", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("forwards", JSON, nullable=False),  # [[host port, guest port], …] that are really bound
    Column("exposed", JSON, nullable=False, server_default="[]"),  # [[address, port], …] that are open
    Column("lost_at", JSON, nullable=False),  # Unix times of recent accidents: bounds the restarts
    Column("observed_at", Utc, nullable=False),
)

backup_policies = Table(  # of the Droplets that are backed up, and what has come of it
    "backup_policies",
    metadata,
    Column("droplet_id", ForeignKey("droplets.id"), primary_key=True),
    Column("plan", String(16), nullable=False),
    Column("hour", Integer, nullable=False),
    Column("weekday", String(3), nullable=False),
    Column("since", Utc, nullable=False),  # windows that opened before are none of its
    Column("window_at", Utc),  # the start of the newest window in which a Backup was tried …
    Column("begun_at", Utc),
    Column("tried_at", Utc),
    Column("made", Boolean, nullable=False),  # … and whether it was made
    Column("error", Text, nullable=False),  # why the last try failed
)

billing_intervals = _table(  # since when, and until when, a Droplet has had one size and one plan for Backups
    "billing_intervals",
    Column("droplet_id", Integer, nullable=False, index=True),  # no foreign key: bills outlive Droplets
    Column("droplet_name", String(255), nullable=False),
    Column("size_slug", String(64), nullable=False),
    Column("price_monthly", String(32), nullable=False),  # a decimal number; USD
    Column("backup_plan", String(16)),
    Column("backup_percent", String(32), nullable=False),  # a decimal number
    Column("began_at", Utc, nullable=False),
    Column("ended_at", Utc, index=True),
)

images = _table(
    "images",
    Column("kind", String(16), nullable=False, index=True),
    Column("name", String(255), nullable=False, index=True),
    Column("slug", String(64), unique=True),
    Column("distribution", String(32), nullable=False),
    Column("description", Text, nullable=False),
    Column("layer_id", ForeignKey("layers.id"), nullable=False, index=True),
    Column("disk_bytes", Integer, nullable=False),
    Column("used_bytes", Integer, nullable=False),
    Column("droplet_id", Integer, index=True),  # no foreign key: Snapshots outlive their Droplet
    Column("consistency", String(8)),
    Column("incarnation", Integer, nullable=False, server_default="0"),  # the Droplet's, when it was taken
    Column("hostname", String(255)),  # the same
    Column("origin_id", Integer),  # the Droplet's Image then; no foreign key: it may be deleted
    Column("tags", JSON, nullable=False),
    Column("region", String(16), nullable=False),  # where it was made
    Column("copied_to", JSON, nullable=False, server_default="[]"),  # further regions
    Column("ready", Boolean, nullable=False),  # False while an Action makes it: nobody sees it yet
    Column("created_at", Utc, nullable=False),
    Index("ix_images_ready", "ready", "kind"),
    Index("ix_images_of_droplet", "droplet_id", "kind", "ready"),  # or the one above would be taken
)

actions = _table(
    "actions",
    Column("kind", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("resource_type", String(16), nullable=False),
    Column("resource_id", Integer, nullable=False),
    Column("region", String(16), nullable=False),
    Column("params", JSON, nullable=False),
    Column("outputs", JSON, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("step", String(32), nullable=False),
    Column("progress", Integer, nullable=False),
    Column("message", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("cancel_requested", Boolean, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("completed_at", Utc),
    Index("ix_actions_resource", "resource_type", "resource_id"),
)

locks = Table(  # one open Action per resource; gone with the Action, so none can leak
    "locks",
    metadata,
    Column("resource_type", String(16), primary_key=True),
    Column("resource_id", Integer, primary_key=True),
    Column("action_id", ForeignKey("actions.id"), nullable=False, index=True),
)

keys = _table(
    "keys",
    Column("name", String(255), nullable=False),
    Column("fingerprint", String(64), nullable=False, unique=True),
    Column("public_key", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
)

tags = _table(  # in the capitals they were written with first
    "tags",
    Column("name", String(255), nullable=False, index=True),
    Column("folded", String(255), nullable=False, unique=True),  # no two differ in capitals only
    Column("created_at", Utc, nullable=False),
)

taggings = _table(  # finds by tag; what a resource shows is the list in its own row
    "taggings",
    Column("tag_id", ForeignKey("tags.id"), nullable=False),
    Column("resource_type", String(16), nullable=False),
    Column("resource_id", Integer, nullable=False),
    UniqueConstraint("tag_id", "resource_type", "resource_id"),
    Index("ix_taggings_resource", "resource_type", "resource_id"),
)

uploads = _table(
    "uploads",
    Column("file_name", String(255), nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("received_bytes", Integer, nullable=False),  # what is synced; the file may be longer
    Column("sha256", String(64)),
    Column("taken", Boolean, nullable=False),  # an Action works with it
    Column("created_at", Utc, nullable=False),
    Column("touched_at", Utc, nullable=False, index=True),
)

tokens = _table(
    "tokens",
    Column("name", String(255), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),  # SHA-256 of a long random string
    Column("scopes", JSON, nullable=False),  # read, write
    Column("created_at", Utc, nullable=False),
    Column("last_used_at", Utc),
    Column("expires_at", Utc),
    Column("revoked_at", Utc),
)

sessions = _table(  # browsers that are signed in to the control panel
    "sessions",
    Column("digest", String(64), nullable=False, unique=True),  # of the cookie's secret
    Column("token_id", ForeignKey("tokens.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Utc, nullable=False),
    Column("last_used_at", Utc, nullable=False),
)

session_links = Table(  # each begins one session, soon or never
    "session_links",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("token_id", ForeignKey("tokens.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("expires_at", Utc, nullable=False),
)

events = _table(
    "events",
    Column("type", String(32), nullable=False),
    Column("resource_type", String(16), nullable=False),
    Column("resource_id", Integer, nullable=False),
    Column("data", JSON, nullable=False),
    Column("at", Utc, nullable=False),
)
