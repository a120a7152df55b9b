"""Ports of the machine that lead to Droplets."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exposures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("droplet_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("guest_port", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["droplet_id"], ["droplets.id"], name=op.f("fk_exposures_droplet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exposures")),
        sa.UniqueConstraint("address", "port", name=op.f("uq_exposures_address")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_exposures_droplet_id"), "exposures", ["droplet_id"])
    with op.batch_alter_table("guests") as batch:
        batch.add_column(sa.Column("exposed", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("guests") as batch:
        batch.drop_column("exposed")
    op.drop_table("exposures")
