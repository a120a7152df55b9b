"""Volumes that a restore or rebuild replaced know their Droplet; disks know which first boot they had."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("volumes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("droplet_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("image_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("hostname", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("incarnation", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_volumes_droplet_id"), ["droplet_id"], unique=False)
    for table in ("droplets", "images"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("incarnation", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    for table in ("images", "droplets"):
        with op.batch_alter_table(table, schema=None, recreate="never") as batch_op:
            batch_op.drop_column("incarnation")
    with op.batch_alter_table("volumes", schema=None, recreate="never") as batch_op:
        batch_op.drop_index(batch_op.f("ix_volumes_droplet_id"))
        for name in ("incarnation", "hostname", "image_id", "droplet_id"):
            batch_op.drop_column(name)
