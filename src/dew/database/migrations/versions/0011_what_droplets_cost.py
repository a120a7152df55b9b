"""What Droplets and their Backups cost is recorded; of those that are there already from now on."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "billing_intervals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("droplet_id", sa.Integer(), nullable=False),
        sa.Column("droplet_name", sa.String(length=255), nullable=False),
        sa.Column("size_slug", sa.String(length=64), nullable=False),
        sa.Column("price_monthly", sa.String(length=32), nullable=False),
        sa.Column("backup_plan", sa.String(length=16), nullable=True),
        sa.Column("backup_percent", sa.String(length=32), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_intervals")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("billing_intervals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_billing_intervals_droplet_id"), ["droplet_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_billing_intervals_ended_at"), ["ended_at"], unique=False)


def downgrade() -> None:
    op.drop_table("billing_intervals")
