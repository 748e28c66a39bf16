"""Second factors, the history of sign-ins, the life of an account, handing an organisation over"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('known_device',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('device', sa.String(length=300), nullable=False),
    sa.Column('first_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_known_device_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_known_device')),
    sa.UniqueConstraint('user_id', 'token_hash', name=op.f('uq_known_device_user_id_token_hash'))
    )
    op.create_index(op.f('ix_known_device_last_at'), 'known_device', ['last_at'], unique=False)

    op.create_table('recovery_code',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_recovery_code_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code')),
    sa.UniqueConstraint('user_id', 'code_hash', name=op.f('uq_recovery_code_user_id_code_hash'))
    )
    op.create_table('second_factor',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('secret', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_step', sa.BigInteger(), nullable=False),
    sa.Column('failed', sa.Integer(), nullable=False),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_second_factor_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_second_factor')),
    sa.UniqueConstraint('user_id', name=op.f('uq_second_factor_user_id'))
    )
    op.create_table('sign_in',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(length=24), nullable=False),
    sa.Column('method', sa.String(length=24), nullable=False),
    sa.Column('new_device', sa.Boolean(), nullable=False),
    sa.Column('address', sa.String(length=60), nullable=False),
    sa.Column('device', sa.String(length=300), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_sign_in_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in'))
    )
    op.create_index(op.f('ix_sign_in_at'), 'sign_in', ['at'], unique=False)
    op.create_index('ix_sign_in_person', 'sign_in', ['user_id', 'at'], unique=False)

    op.create_table('handover',
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('from_id', sa.Integer(), nullable=False),
    sa.Column('to_id', sa.Integer(), nullable=False),
    sa.Column('afterwards', sa.String(length=24), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('accepted_at IS NULL OR ended_at IS NULL', name=op.f('ck_handover_answered_once')),
    sa.CheckConstraint('from_id <> to_id', name=op.f('ck_handover_two_people')),
    sa.ForeignKeyConstraint(['from_id'], ['user_account.id'], name=op.f('fk_handover_from_id_user_account')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_handover_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['to_id'], ['user_account.id'], name=op.f('fk_handover_to_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover'))
    )
    op.create_index(op.f('ix_handover_organisation_id'), 'handover', ['organisation_id'], unique=False)
    op.create_index(op.f('ix_handover_to_id'), 'handover', ['to_id'], unique=False)

    # Columns are added one by one and never by making the table anew: on SQLite dropping the old table would
    # take along, by ON DELETE CASCADE, all that belongs to the people in it.
    op.add_column('user_account', sa.Column('state', sa.String(length=24), server_default='active', nullable=False))
    op.add_column('user_account', sa.Column('state_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('user_account', sa.Column('state_reason', sa.Text(), server_default='', nullable=False))
    op.add_column('user_account', sa.Column('receipt_to', sa.String(length=254), server_default='', nullable=False))
    deleted = "(state = 'deleted') = (deleted_at IS NOT NULL)"
    if op.get_bind().dialect.name == 'sqlite':
        op.execute(f"ALTER TABLE user_account ADD COLUMN deleted_at DATETIME CONSTRAINT ck_user_account_deleted_at CHECK ({deleted})")
    else:
        op.add_column('user_account', sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True))
        op.create_check_constraint(op.f('ck_user_account_deleted_at'), 'user_account', deleted)
        op.alter_column('user_session', 'device', type_=sa.String(length=300), existing_nullable=False)


def downgrade() -> None:
    if op.get_bind().dialect.name != 'sqlite':
        op.drop_constraint(op.f('ck_user_account_deleted_at'), 'user_account', type_='check')
    for column in ('deleted_at', 'receipt_to', 'state_reason', 'state_at', 'state'):
        op.drop_column('user_account', column)
    for table in ('handover', 'sign_in', 'second_factor', 'recovery_code', 'known_device'):
        op.drop_table(table)
