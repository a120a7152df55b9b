"""Layers are checked: what each held when it was sealed, and what is wrong with it now."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("layers", sa.Column("checksum", sa.String(length=64), nullable=True))
    op.add_column("layers", sa.Column("damage", sa.Text(), nullable=True))
    op.add_column("layers", sa.Column("checked_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    for name in ("checksum", "damage", "checked_at"):
        op.drop_column("layers", name)
