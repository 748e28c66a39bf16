"""Direct matching"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('introduction_block',
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('against_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['against_id'], ['organisation.id'], name=op.f('fk_introduction_block_against_id_organisation')),
    sa.ForeignKeyConstraint(['by_id'], ['organisation.id'], name=op.f('fk_introduction_block_by_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_introduction_block')),
    sa.UniqueConstraint('by_id', 'against_id', name=op.f('uq_introduction_block_by_id_against_id'))
    )
    with op.batch_alter_table('introduction_block', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_introduction_block_against_id'), ['against_id'], unique=False)

    op.create_table('introduction',
    sa.Column('scenario_id', sa.Integer(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('vendor_id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=True),
    sa.Column('started_by', sa.String(length=24), nullable=False),
    sa.Column('starter_id', sa.Integer(), nullable=False),
    sa.Column('answerer_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('differs', sa.Boolean(), nullable=False),
    sa.Column('result', sa.String(length=24), nullable=True),
    sa.Column('amount', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'concluded') = (result IS NOT NULL)", name=op.f('ck_introduction_result')),
    sa.CheckConstraint("(state IN ('accepted', 'declined', 'concluded')) = (answered_at IS NOT NULL)", name=op.f('ck_introduction_answered')),
    sa.CheckConstraint('owner_id <> vendor_id', name=op.f('ck_introduction_two_organisations')),
    sa.ForeignKeyConstraint(['answerer_id'], ['user_account.id'], name=op.f('fk_introduction_answerer_id_user_account')),
    sa.ForeignKeyConstraint(['owner_id'], ['organisation.id'], name=op.f('fk_introduction_owner_id_organisation')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_introduction_product_id_product')),
    sa.ForeignKeyConstraint(['scenario_id'], ['scenario.id'], name=op.f('fk_introduction_scenario_id_scenario')),
    sa.ForeignKeyConstraint(['starter_id'], ['user_account.id'], name=op.f('fk_introduction_starter_id_user_account')),
    sa.ForeignKeyConstraint(['vendor_id'], ['organisation.id'], name=op.f('fk_introduction_vendor_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_introduction'))
    )
    with op.batch_alter_table('introduction', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_introduction_answerer_id'), ['answerer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_introduction_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_introduction_scenario_id'), ['scenario_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_introduction_starter_id'), ['starter_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_introduction_state'), ['state'], unique=False)
        batch_op.create_index(batch_op.f('ix_introduction_vendor_id'), ['vendor_id'], unique=False)
        batch_op.create_index('uq_introduction_running', ['scenario_id', 'vendor_id'], unique=True, sqlite_where=sa.text("state IN ('pending', 'accepted')"), postgresql_where=sa.text("state IN ('pending', 'accepted')"))

    op.create_table('introduction_outcome',
    sa.Column('introduction_id', sa.Integer(), nullable=False),
    sa.Column('side', sa.String(length=24), nullable=False),
    sa.Column('result', sa.String(length=24), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=True),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('reporter_id', sa.Integer(), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('amount IS NULL OR amount > 0', name=op.f('ck_introduction_outcome_amount')),
    sa.ForeignKeyConstraint(['introduction_id'], ['introduction.id'], name=op.f('fk_introduction_outcome_introduction_id_introduction')),
    sa.ForeignKeyConstraint(['reporter_id'], ['user_account.id'], name=op.f('fk_introduction_outcome_reporter_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_introduction_outcome')),
    sa.UniqueConstraint('introduction_id', 'side', name=op.f('uq_introduction_outcome_introduction_id_side'))
    )
    with op.batch_alter_table('introduction_outcome', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_introduction_outcome_reporter_id'), ['reporter_id'], unique=False)

    op.create_table('slot',
    sa.Column('introduction_id', sa.Integer(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('vendor_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('place', sa.String(length=300), nullable=False),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('offered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('minutes > 0', name=op.f('ck_slot_minutes')),
    sa.ForeignKeyConstraint(['introduction_id'], ['introduction.id'], name=op.f('fk_slot_introduction_id_introduction')),
    sa.ForeignKeyConstraint(['owner_id'], ['organisation.id'], name=op.f('fk_slot_owner_id_organisation')),
    sa.ForeignKeyConstraint(['vendor_id'], ['organisation.id'], name=op.f('fk_slot_vendor_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_slot'))
    )
    with op.batch_alter_table('slot', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_slot_introduction_id'), ['introduction_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_slot_starts_at'), ['starts_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_slot_state'), ['state'], unique=False)

    with op.batch_alter_table('scenario', schema=None) as batch_op:
        batch_op.add_column(sa.Column('matching_since', sa.DateTime(timezone=True), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('scenario', schema=None) as batch_op:
        batch_op.drop_column('matching_since')

    with op.batch_alter_table('slot', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_slot_state'))
        batch_op.drop_index(batch_op.f('ix_slot_starts_at'))
        batch_op.drop_index(batch_op.f('ix_slot_introduction_id'))

    op.drop_table('slot')
    with op.batch_alter_table('introduction_outcome', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_introduction_outcome_reporter_id'))

    op.drop_table('introduction_outcome')
    with op.batch_alter_table('introduction', schema=None) as batch_op:
        batch_op.drop_index('uq_introduction_running', sqlite_where=sa.text("state IN ('pending', 'accepted')"), postgresql_where=sa.text("state IN ('pending', 'accepted')"))
        batch_op.drop_index(batch_op.f('ix_introduction_vendor_id'))
        batch_op.drop_index(batch_op.f('ix_introduction_state'))
        batch_op.drop_index(batch_op.f('ix_introduction_starter_id'))
        batch_op.drop_index(batch_op.f('ix_introduction_scenario_id'))
        batch_op.drop_index(batch_op.f('ix_introduction_owner_id'))
        batch_op.drop_index(batch_op.f('ix_introduction_answerer_id'))

    op.drop_table('introduction')
    with op.batch_alter_table('introduction_block', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_introduction_block_against_id'))

    op.drop_table('introduction_block')
