"""Variants and accessories with values of their own, evidence that expires, and what else stands behind a product"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('product_variant',
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('name', sa.JSON(), nullable=False),
    sa.Column('extra_price', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('extra_price IS NULL OR extra_price >= 0', name=op.f('ck_product_variant_extra_price_not_negative')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_variant_product_id_product'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_variant'))
    )
    op.create_index(op.f('ix_product_variant_product_id'), 'product_variant', ['product_id'], unique=False)

    # On SQLite the table is made anew; nothing refers to it.
    with op.batch_alter_table('specification', schema=None) as batch_op:
        batch_op.add_column(sa.Column('variant_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('expires', sa.Date(), nullable=True))
        batch_op.drop_constraint(batch_op.f('uq_specification_product_id_parameter'), type_='unique')
        batch_op.create_unique_constraint(batch_op.f('uq_specification_variant_id_parameter'), ['variant_id', 'parameter'])
        batch_op.create_foreign_key(batch_op.f('fk_specification_variant_id_product_variant'), 'product_variant', ['variant_id'], ['id'], ondelete='CASCADE')
        batch_op.create_check_constraint(batch_op.f('ck_specification_expires_after_evidence'), 'expires IS NULL OR (evidence_date IS NOT NULL AND expires > evidence_date)')
    op.create_index(op.f('ix_specification_product_id'), 'specification', ['product_id'], unique=False)
    op.create_index('uq_specification_own_parameter', 'specification', ['product_id', 'parameter'], unique=True, sqlite_where=sa.text('variant_id IS NULL'), postgresql_where=sa.text('variant_id IS NULL'))

    # Added without making the table anew: what refers to it stays.
    op.add_column('product', sa.Column('services', sa.JSON(), nullable=False, server_default='[]'))
    op.create_table('certificate',
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('standard', sa.String(length=80), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('body', sa.String(length=80), nullable=False),
    sa.Column('issued', sa.Date(), nullable=True),
    sa.Column('expires', sa.Date(), nullable=True),
    sa.Column('note', sa.JSON(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('expires IS NULL OR issued IS NULL OR expires > issued', name=op.f('ck_certificate_expires_after_issue')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_certificate_product_id_product'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate'))
    )
    op.create_index(op.f('ix_certificate_product_id'), 'certificate', ['product_id'], unique=False)
    op.create_table('product_deployment',
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.JSON(), nullable=False),
    sa.Column('district', sa.String(length=6), nullable=False),
    sa.Column('since', sa.String(length=7), nullable=False),
    sa.Column('units', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('units IS NULL OR units > 0', name=op.f('ck_product_deployment_units_positive')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_deployment_product_id_product'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_deployment'))
    )
    op.create_index(op.f('ix_product_deployment_product_id'), 'product_deployment', ['product_id'], unique=False)
    op.create_table('product_mark',
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('set_by', sa.Integer(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_mark_product_id_product'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['set_by'], ['user_account.id'], name=op.f('fk_product_mark_set_by_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_mark')),
    sa.UniqueConstraint('product_id', 'kind', name=op.f('uq_product_mark_product_id_kind'))
    )

    op.create_table('specification_doubt',
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('vendor_id', sa.Integer(), nullable=False),
    sa.Column('variant_id', sa.Integer(), nullable=True),
    sa.Column('parameter', sa.String(length=40), nullable=False),
    sa.Column('value', sa.JSON(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.String(length=500), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finding', sa.String(length=500), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_specification_doubt_product_id_product'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_specification_doubt_user_id_user_account')),
    sa.ForeignKeyConstraint(['vendor_id'], ['organisation.id'], name=op.f('fk_specification_doubt_vendor_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_specification_doubt'))
    )
    for column in ('product_id', 'state', 'user_id', 'vendor_id'):
        op.create_index(op.f(f'ix_specification_doubt_{column}'), 'specification_doubt', [column], unique=False)

    op.create_table('product_version',
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_version_product_id_product'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_product_version_user_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_version')),
    sa.UniqueConstraint('product_id', 'number', name=op.f('uq_product_version_product_id_number'))
    )
    _keep_what_stands()


def _keep_what_stands() -> None:
    """What is public now becomes the first version of each product, so that the first change loses nothing."""
    work = op.get_bind()
    texts = ('name', 'summary', 'description')
    plain = ('model', 'domain', 'price_kind', 'price_min', 'price_max', 'lease_per_month', 'launched')
    product = sa.table('product', sa.column('id'), sa.column('state'), sa.column('changed_at', sa.DateTime(timezone=True)),
                       sa.column('tasks', sa.JSON), *(sa.column(n, sa.JSON) for n in texts), *(sa.column(n) for n in plain))
    value = sa.table('specification', sa.column('product_id'), sa.column('parameter'), sa.column('value', sa.JSON),
                     sa.column('condition', sa.JSON), sa.column('evidence'), sa.column('evidence_date', sa.Date))
    version = sa.table('product_version', sa.column('product_id'), sa.column('number'), sa.column('content', sa.JSON),
                       sa.column('at', sa.DateTime(timezone=True)))
    both = lambda text: {code: text.get(code, '') for code in ('zh', 'en')}  # noqa: E731
    for row in work.execute(sa.select(product).where(product.c.state != 'draft')).mappings().all():
        found = work.execute(sa.select(value).where(value.c.product_id == row['id']).order_by(value.c.parameter))
        values = [
            {'key': s['parameter'], 'value': s['value'], 'condition': both(s['condition']), 'evidence': s['evidence'],
             'evidence_date': s['evidence_date'].isoformat() if s['evidence_date'] else None, 'expires': None}
            for s in found.mappings()
        ]
        content = {n: both(row[n]) for n in texts} | {n: row[n] for n in (*plain, 'tasks')}
        content |= {'services': [], 'specifications': values, 'variants': [], 'certificates': [], 'deployments': []}
        work.execute(sa.insert(version).values(product_id=row['id'], number=1, content=content, at=row['changed_at']))


def downgrade() -> None:
    op.drop_table('product_version')
    op.drop_table('specification_doubt')
    op.drop_table('product_mark')
    op.drop_table('product_deployment')
    op.drop_table('certificate')
    op.drop_column('product', 'services')
    op.execute('DELETE FROM specification WHERE variant_id IS NOT NULL')
    op.drop_index('uq_specification_own_parameter', table_name='specification')
    op.drop_index(op.f('ix_specification_product_id'), table_name='specification')
    with op.batch_alter_table('specification', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_specification_expires_after_evidence'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_specification_variant_id_product_variant'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_specification_variant_id_parameter'), type_='unique')
        batch_op.create_unique_constraint(batch_op.f('uq_specification_product_id_parameter'), ['product_id', 'parameter'])
        batch_op.drop_column('expires')
        batch_op.drop_column('variant_id')

    op.drop_table('product_variant')
