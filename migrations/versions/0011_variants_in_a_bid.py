"""Variants in a bid"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added without making the table anew: what refers to it stays. Bids opened before had no way to choose variants.
    op.add_column('opened_offer', sa.Column('variants', sa.JSON(), nullable=False, server_default='[]'))


def downgrade() -> None:
    with op.batch_alter_table('opened_offer', schema=None) as batch_op:
        batch_op.drop_column('variants')
