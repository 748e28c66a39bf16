"""Figures of the programme, reported by staff; a device's name as long as the model says"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('programme_figure',
    sa.Column('target', sa.String(), nullable=False),
    sa.Column('value', sa.BigInteger(), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('source', sa.JSON(), nullable=False),
    sa.Column('reported_by', sa.Integer(), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('value >= 0', name=op.f('ck_programme_figure_value_not_negative')),
    sa.ForeignKeyConstraint(['reported_by'], ['user_account.id'], name=op.f('fk_programme_figure_reported_by_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_programme_figure'))
    )
    with op.batch_alter_table('programme_figure', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_programme_figure_target'), ['target'], unique=False)

    with op.batch_alter_table('user_session', schema=None) as batch_op:
        batch_op.alter_column('device',
               existing_type=sa.VARCHAR(length=120),
               type_=sa.String(length=300),
               existing_nullable=False)



def downgrade() -> None:
    with op.batch_alter_table('user_session', schema=None) as batch_op:
        batch_op.alter_column('device',
               existing_type=sa.String(length=300),
               type_=sa.VARCHAR(length=120),
               existing_nullable=False)

    with op.batch_alter_table('programme_figure', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_programme_figure_target'))

    op.drop_table('programme_figure')
