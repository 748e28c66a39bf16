"""Pictures and files of products"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('product_file',
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('title', sa.JSON(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_product_file_file_id_stored_file')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_file_product_id_product'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_file'))
    )
    op.create_index(op.f('ix_product_file_product_id'), 'product_file', ['product_id'], unique=False)
    op.create_table('product_picture',
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('description', sa.JSON(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('small_id', sa.Integer(), nullable=False),
    sa.Column('small_width', sa.Integer(), nullable=False),
    sa.Column('small_height', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_product_picture_file_id_stored_file')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_picture_product_id_product'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['small_id'], ['stored_file.id'], name=op.f('fk_product_picture_small_id_stored_file')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_picture')),
    sa.UniqueConstraint('product_id', 'position', name=op.f('uq_product_picture_product_id_position'))
    )


def downgrade() -> None:
    op.drop_table('product_picture')
    op.drop_table('product_file')
