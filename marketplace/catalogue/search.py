"""A product as a search document."""

from __future__ import annotations

from marketplace.catalogue.events import ProductChanged, ProductListed, ProductWithdrawn
from marketplace.catalogue.models import Product
from marketplace.catalogue.policies import PRODUCT
from marketplace.infra.search.documents import Document, document
from marketplace.vocabulary.parameters import parameters, shown
from marketplace.vocabulary.terms import label

REFRESH = {ProductChanged: "product_id", ProductListed: "product_id", ProductWithdrawn: "product_id"}


@document("product", model=Product, policy=PRODUCT, refresh_on=REFRESH)
def product_document(row: Product) -> Document:
    """Name, texts, variants and specifications, in both languages."""
    specifications = []
    for entry in (*row.specifications, *(s for v in row.variants for s in v.specifications)):
        parameter = parameters().get(entry.parameter)
        if parameter is None:
            continue
        for language in ("zh", "en"):
            figure, unit = shown(entry.value, parameter, language)
            specifications.append(f"{parameter.label.best(language)} {figure} {unit}")
    tasks = [label("task", t) for t in row.tasks]
    domain = label("domain", row.domain)
    return Document(
        title=(row.name.zh, row.name.en, row.model),
        body=(
            *(text for t in (row.summary, row.description, row.vendor.name, domain, *tasks) for text in (t.zh, t.en)),
            *(text for v in row.variants for text in (v.name.zh, v.name.en)),
            *specifications,
        ),
        facets={
            "domain": (row.domain,),
            "task": tuple(row.tasks),
            "vendor": (str(row.vendor_id),),
            "district": (row.vendor.district,),
            "price": (row.price_kind.value,),
            "lease": ("yes" if row.lease_per_month else "no",),
            "state": (row.state.value,),
        },
        numbers={"changed": row.changed_at.timestamp(), "price": float(row.price_max or 0)},
        keys=PRODUCT.keys(row),
    )
