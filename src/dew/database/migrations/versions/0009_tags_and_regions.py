"""Tags as things of their own, found by name; regions that Images were copied to; tokens that expire.

And what lists of ten thousand Droplets are found by.
"""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TAGGABLE = (("droplet", "droplets", "gone_at IS NULL"), ("image", "images", "ready"))


def upgrade() -> None:
    op.create_table(
        "tags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("folded", sa.String(255), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tags"),
        sa.UniqueConstraint("folded", name="uq_tags_folded"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tags_name", "tags", ["name"])
    op.create_table(
        "taggings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("resource_type", sa.String(16), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_taggings"),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name="fk_taggings_tag_id"),
        sa.UniqueConstraint("tag_id", "resource_type", "resource_id", name="uq_taggings_tag_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_taggings_resource", "taggings", ["resource_type", "resource_id"])
    op.add_column("images", sa.Column("copied_to", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("tokens", sa.Column("expires_at", sa.DateTime()))
    op.add_column("droplets", sa.Column("folded", sa.String(255), nullable=False, server_default=""))
    op.execute("UPDATE droplets SET folded = lower(name)")
    for resource_type, table, alive in TAGGABLE:
        _take_over(resource_type, table, alive)
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)


INDEXES: tuple[tuple[str, str, list[str]], ...] = (
    ("ix_droplets_folded", "droplets", ["folded", "gone_at"]),
    ("ix_images_ready", "images", ["ready", "kind"]),
    ("ix_images_of_droplet", "images", ["droplet_id", "kind", "ready"]),
)


def _take_over(resource_type: str, table: str, alive: str) -> None:
    """Give each tag that something has a row of its own; what was written first decides the capitals."""
    connection = op.get_bind()
    rows = connection.execute(sa.text(f"SELECT id, tags FROM {table} WHERE {alive} ORDER BY id")).all()  # noqa: S608
    for resource_id, written in rows:
        names = [_canonical(connection, name) for name in json.loads(written)]
        kept = list(dict.fromkeys(names))
        for name in kept:
            connection.execute(
                sa.text(
                    "INSERT INTO taggings (tag_id, resource_type, resource_id) "
                    "SELECT id, :type, :resource FROM tags WHERE name = :name"
                ),
                {"type": resource_type, "resource": resource_id, "name": name},
            )
        connection.execute(
            sa.text(f"UPDATE {table} SET tags = :tags WHERE id = :id"),  # noqa: S608
            {"tags": json.dumps(kept), "id": resource_id},
        )


def _canonical(connection: sa.Connection, name: str) -> str:
    folded = {"folded": name.lower()}
    known = connection.execute(sa.text("SELECT name FROM tags WHERE folded = :folded"), folded).scalar()
    if known is not None:
        return str(known)
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
    connection.execute(
        sa.text("INSERT INTO tags (name, folded, created_at) VALUES (:name, :folded, :now)"),
        {"name": name, "now": now, **folded},
    )
    return name


def downgrade() -> None:
    for name, table, _ in INDEXES:
        op.drop_index(name, table)
    with op.batch_alter_table("droplets") as droplets:
        droplets.drop_column("folded")
    with op.batch_alter_table("tokens") as tokens:
        tokens.drop_column("expires_at")
    with op.batch_alter_table("images") as images:
        images.drop_column("copied_to")
    op.drop_table("taggings")
    op.drop_table("tags")
