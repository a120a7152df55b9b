"""What a Droplet was asked to have is remembered; of those that are there already nothing is known."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("droplets", sa.Column("features", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("droplets") as batch_op:
        batch_op.drop_column("features")
