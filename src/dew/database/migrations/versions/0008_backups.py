"""Droplets have Backup policies."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "backup_policies",
        sa.Column("droplet_id", sa.Integer(), nullable=False),
        sa.Column("plan", sa.String(length=16), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.String(length=3), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("window_at", sa.DateTime(), nullable=True),
        sa.Column("begun_at", sa.DateTime(), nullable=True),
        sa.Column("tried_at", sa.DateTime(), nullable=True),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["droplet_id"], ["droplets.id"], name=op.f("fk_backup_policies_droplet_id")),
        sa.PrimaryKeyConstraint("droplet_id", name=op.f("pk_backup_policies")),
    )


def downgrade() -> None:
    op.drop_table("backup_policies")
