"""An organisation's own keys of scenarios and products, by which an imported file is recognised again

Columns and indexes only: SQLite would copy the table for a constraint, and dropping the old one would cascade.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

TABLES = (('scenario', 'owner_id'), ('product', 'vendor_id'))


def upgrade() -> None:
    for table, owner in TABLES:
        op.add_column(table, sa.Column('reference', sa.String(length=40), nullable=True))
        op.create_index(op.f(f'ix_{table}_{owner}_{table}_reference'), table, [owner, 'reference'], unique=True)


def downgrade() -> None:
    for table, owner in TABLES:
        op.drop_index(op.f(f'ix_{table}_{owner}_{table}_reference'), table_name=table)
        op.drop_column(table, 'reference')
