"""Listed products are public; drafts belong to their vendor."""

from __future__ import annotations

from marketplace.catalogue.models import Product
from marketplace.kernel.actor import EDITORS
from marketplace.kernel.policy import Anyone, Grant, MembersOf, Policy, Role, Rule

editor = Grant(MembersOf(Product.vendor_id, EDITORS))

PRODUCT = Policy(
    Product,
    view=Rule(
        Grant(Anyone(), when="is_listed"), Grant(MembersOf(Product.vendor_id)), Grant(Role("officer", "auditor"))
    ),
    edit=Rule(editor),
    list_=Rule(editor),
    withdraw=Rule(editor, Grant(Role("officer"))),
    mark=Rule(Grant(Role("officer"))),
)
