"""A code belongs to who showed the licence"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

HELD = "state IN ('submitted','verified','suspended')"


def upgrade() -> None:
    with op.batch_alter_table('organisation', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_organisation_uscc'), type_='unique')
    op.create_index('ix_organisation_code_held', 'organisation', ['uscc'], unique=True, sqlite_where=sa.text(HELD), postgresql_where=sa.text(HELD))
    op.create_index('ix_organisation_uscc', 'organisation', ['uscc'], unique=False)


def downgrade() -> None:
    # Fails, changing nothing, while two drafts bear one code: which of them stays is for people to say.
    op.drop_index('ix_organisation_uscc', table_name='organisation')
    op.drop_index('ix_organisation_code_held', table_name='organisation')
    with op.batch_alter_table('organisation', schema=None) as batch_op:
        batch_op.create_unique_constraint(batch_op.f('uq_organisation_uscc'), ['uscc'])
