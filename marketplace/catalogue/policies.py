"""Listed products are public; drafts belong to their vendor. A doubt is its author's, the vendor's and staff's."""

from __future__ import annotations

from marketplace.catalogue.models import Product, SpecificationDoubt
from marketplace.kernel.actor import EDITORS
from marketplace.kernel.policy import Anyone, Grant, MembersOf, Person, Policy, Role, Rule, SignedIn

editor = Grant(MembersOf(Product.vendor_id, EDITORS))

PRODUCT = Policy(
    Product,
    view=Rule(
        Grant(Anyone(), when="is_listed"), Grant(MembersOf(Product.vendor_id)), Grant(Role("officer", "auditor"))
    ),
    edit=Rule(editor),
    list_=Rule(editor),
    withdraw=Rule(editor, Grant(Role("officer"))),
    history=Rule(Grant(MembersOf(Product.vendor_id)), Grant(Role("officer", "auditor"))),
    mark=Rule(Grant(Role("officer")), unless=(Grant(MembersOf(Product.vendor_id)),)),
    # Whether an owner is verified and no competitor stands on the organisations: services.doubts reads it.
    doubt=Rule(Grant(SignedIn(), when="is_listed"), unless=(Grant(MembersOf(Product.vendor_id)),)),
)
DOUBTS = Policy(
    SpecificationDoubt,
    view=Rule(
        Grant(Person(SpecificationDoubt.user_id)),
        Grant(MembersOf(SpecificationDoubt.vendor_id)),
        Grant(Role("officer", "auditor")),
    ),
    answer=Rule(Grant(MembersOf(SpecificationDoubt.vendor_id, EDITORS))),
    close=Rule(Grant(Role("officer")), unless=(Grant(MembersOf(SpecificationDoubt.vendor_id)),)),
)
