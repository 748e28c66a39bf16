"""Rounds with their own days and limits, recommending bodies, households"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('round',
    sa.Column('title', sa.JSON(), nullable=False),
    sa.Column('note', sa.JSON(), nullable=False),
    sa.Column('call_opens_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('call_closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed', sa.JSON(), nullable=False),
    sa.Column('stage', sa.String(length=24), nullable=False),
    sa.Column('recommend_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('quota', sa.Integer(), nullable=True),
    sa.Column('lead_cap', sa.Integer(), nullable=True),
    sa.Column('part_cap', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.CheckConstraint("stage = 'none' OR recommend_until IS NOT NULL", name=op.f('ck_round_recommend_until')),
    sa.CheckConstraint('call_closes_at > call_opens_at', name=op.f('ck_round_closes_later')),
    sa.CheckConstraint('quota IS NULL OR quota > 0', name=op.f('ck_round_quota_positive')),
    sa.ForeignKeyConstraint(['created_by'], ['user_account.id'], name=op.f('fk_round_created_by_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_round'))
    )
    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_round_state'), ['state'], unique=False)

    op.create_table('recommending_list',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('body_id', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['body_id'], ['organisation.id'], name=op.f('fk_recommending_list_body_id_organisation')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_recommending_list_round_id_round')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recommending_list')),
    sa.UniqueConstraint('round_id', 'body_id', name=op.f('uq_recommending_list_round_id_body_id'))
    )
    op.create_table('scope_entry',
    sa.Column('body_id', sa.Integer(), nullable=False),
    sa.Column('district', sa.String(length=6), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('(district IS NULL) != (organisation_id IS NULL)', name=op.f('ck_scope_entry_either')),
    sa.ForeignKeyConstraint(['body_id'], ['organisation.id'], name=op.f('fk_scope_entry_body_id_organisation')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_scope_entry_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scope_entry')),
    sa.UniqueConstraint('district', name=op.f('uq_scope_entry_district')),
    sa.UniqueConstraint('organisation_id', name=op.f('uq_scope_entry_organisation_id'))
    )
    with op.batch_alter_table('scope_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scope_entry_body_id'), ['body_id'], unique=False)

    op.create_table('household_need',
    sa.Column('body_id', sa.Integer(), nullable=False),
    sa.Column('district', sa.String(length=6), nullable=False),
    sa.Column('dwelling', sa.String(length=24), nullable=False),
    sa.Column('area', sa.String(length=24), nullable=False),
    sa.Column('persons', sa.String(length=24), nullable=False),
    sa.Column('task', sa.String(length=40), nullable=False),
    sa.Column('need', sa.Text(), nullable=False),
    sa.Column('consent_version', sa.String(length=20), nullable=False),
    sa.Column('consent_on', sa.Date(), nullable=False),
    sa.Column('consent_by', sa.String(length=24), nullable=False),
    sa.Column('scenario_id', sa.Integer(), nullable=True),
    sa.Column('created_by', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['body_id'], ['organisation.id'], name=op.f('fk_household_need_body_id_organisation')),
    sa.ForeignKeyConstraint(['created_by'], ['user_account.id'], name=op.f('fk_household_need_created_by_user_account')),
    sa.ForeignKeyConstraint(['scenario_id'], ['scenario.id'], name=op.f('fk_household_need_scenario_id_scenario')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_household_need'))
    )
    with op.batch_alter_table('household_need', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_household_need_body_id'), ['body_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_household_need_scenario_id'), ['scenario_id'], unique=False)

    op.create_table('household_pool',
    sa.Column('scenario_id', sa.Integer(), nullable=False),
    sa.Column('body_id', sa.Integer(), nullable=False),
    sa.Column('pooled_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['body_id'], ['organisation.id'], name=op.f('fk_household_pool_body_id_organisation')),
    sa.ForeignKeyConstraint(['scenario_id'], ['scenario.id'], name=op.f('fk_household_pool_scenario_id_scenario')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_household_pool')),
    sa.UniqueConstraint('scenario_id', name=op.f('uq_household_pool_scenario_id'))
    )
    with op.batch_alter_table('household_pool', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_household_pool_body_id'), ['body_id'], unique=False)

    op.create_table('recommendation',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('body_id', sa.Integer(), nullable=False),
    sa.Column('lead_id', sa.Integer(), nullable=False),
    sa.Column('scenario_id', sa.Integer(), nullable=True),
    sa.Column('bid_id', sa.Integer(), nullable=True),
    sa.Column('challenge_id', sa.Integer(), nullable=True),
    sa.Column('challenge_owner_id', sa.Integer(), nullable=False),
    sa.Column('organisations', sa.JSON(), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('shown_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint("state != 'declined' OR reason != ''", name=op.f('ck_recommendation_declined_with_reason')),
    sa.CheckConstraint('(scenario_id IS NULL) != (bid_id IS NULL)', name=op.f('ck_recommendation_either')),
    sa.ForeignKeyConstraint(['bid_id'], ['bid.id'], name=op.f('fk_recommendation_bid_id_bid')),
    sa.ForeignKeyConstraint(['body_id'], ['organisation.id'], name=op.f('fk_recommendation_body_id_organisation')),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_recommendation_challenge_id_challenge')),
    sa.ForeignKeyConstraint(['decided_by'], ['user_account.id'], name=op.f('fk_recommendation_decided_by_user_account')),
    sa.ForeignKeyConstraint(['lead_id'], ['organisation.id'], name=op.f('fk_recommendation_lead_id_organisation')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_recommendation_round_id_round')),
    sa.ForeignKeyConstraint(['scenario_id'], ['scenario.id'], name=op.f('fk_recommendation_scenario_id_scenario')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recommendation')),
    sa.UniqueConstraint('bid_id', name=op.f('uq_recommendation_bid_id')),
    sa.UniqueConstraint('scenario_id', 'round_id', name=op.f('uq_recommendation_scenario_id_round_id'))
    )
    with op.batch_alter_table('recommendation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recommendation_body_id'), ['body_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recommendation_challenge_id'), ['challenge_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recommendation_lead_id'), ['lead_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recommendation_round_id'), ['round_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recommendation_state'), ['state'], unique=False)

    # Written out, not as a batch: SQLite would copy the tables, and dropping the old ones would delete what refers to them.
    op.execute("ALTER TABLE challenge ADD COLUMN round_id INTEGER CONSTRAINT fk_challenge_round_id_round REFERENCES round (id)")
    op.create_index(op.f('ix_challenge_round_id'), 'challenge', ['round_id'], unique=False)
    op.add_column('organisation', sa.Column('is_recommending_body', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("ALTER TABLE scenario ADD COLUMN round_id INTEGER CONSTRAINT fk_scenario_round_id_round REFERENCES round (id)")
    op.execute("ALTER TABLE scenario ADD COLUMN body_id INTEGER CONSTRAINT fk_scenario_body_id_organisation REFERENCES organisation (id)")
    op.add_column('scenario', sa.Column('with_staff_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f('ix_scenario_body_id'), 'scenario', ['body_id'], unique=False)
    op.create_index(op.f('ix_scenario_round_id'), 'scenario', ['round_id'], unique=False)
    # What was submitted before there were rounds went to the programme office at once.
    op.execute("UPDATE scenario SET with_staff_at = submitted_at")


def downgrade() -> None:
    with op.batch_alter_table('scenario', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_scenario_round_id_round'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_scenario_body_id_organisation'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_scenario_round_id'))
        batch_op.drop_index(batch_op.f('ix_scenario_body_id'))
        batch_op.drop_column('with_staff_at')
        batch_op.drop_column('body_id')
        batch_op.drop_column('round_id')

    with op.batch_alter_table('organisation', schema=None) as batch_op:
        batch_op.drop_column('is_recommending_body')

    with op.batch_alter_table('challenge', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_challenge_round_id_round'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_challenge_round_id'))
        batch_op.drop_column('round_id')

    with op.batch_alter_table('recommendation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recommendation_state'))
        batch_op.drop_index(batch_op.f('ix_recommendation_round_id'))
        batch_op.drop_index(batch_op.f('ix_recommendation_lead_id'))
        batch_op.drop_index(batch_op.f('ix_recommendation_challenge_id'))
        batch_op.drop_index(batch_op.f('ix_recommendation_body_id'))

    op.drop_table('recommendation')
    with op.batch_alter_table('household_pool', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_household_pool_body_id'))

    op.drop_table('household_pool')
    with op.batch_alter_table('household_need', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_household_need_scenario_id'))
        batch_op.drop_index(batch_op.f('ix_household_need_body_id'))

    op.drop_table('household_need')
    with op.batch_alter_table('scope_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_scope_entry_body_id'))

    op.drop_table('scope_entry')
    op.drop_table('recommending_list')
    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_round_state'))

    op.drop_table('round')
