"""The earlier versions of a product's page, each with what it changed, for its vendor and for staff."""

from __future__ import annotations

from typing import Any

from marketplace.accounts import queries as accounts
from marketplace.catalogue import forms, queries
from marketplace.catalogue.policies import PRODUCT
from marketplace.catalogue.views.blueprint import bp
from marketplace.kernel.difference import difference
from marketplace.kernel.i18n import best, language
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.vocabulary.parameters import Value, parameters, shown
from marketplace.vocabulary.terms import label
from marketplace.web.actor import current_actor, signed_in
from marketplace.web.page import page

MOST = 50


@bp.get("/products/<int:product_id>/versions")
@signed_in
def versions(product_id: int) -> Any:
    """What the page said before, newest first, field by field."""
    actor = current_actor()
    row = queries.get(actor, product_id)
    PRODUCT.require(actor, "history", row)
    found = queries.versions(product_id, MOST + 1)
    shown_ = []
    for number, new in enumerate(found):
        old = found[number + 1] if number + 1 < len(found) else None
        before = _said(old.content) if old else {}
        after = _said(new.content)
        order = {name: n for n, name in enumerate([*after, *before])}
        changes = difference(before, after) if old else []
        rows = [(path[0], was, now) for path, was, now in sorted(changes, key=lambda c: order[c[0][0]])]
        shown_.append({"version": new, "rows": rows, "first": old is None and new.number == 1})
    names = accounts.names([v.user_id for v in found if v.user_id is not None])
    return page("catalogue/versions.html", product=row, versions=shown_[:MOST], names=names)


def _said(content: dict[str, Any]) -> dict[str, str]:
    """A version in the reader's words, by the name of each field."""
    prices, offered = dict(forms.PRICES), dict(forms.SERVICES)
    figures = [str(content[n]) for n in ("price_min", "price_max") if content[n] is not None]
    price = _("%(amount)s 万元", amount="–".join(figures)) if figures else ""
    lease = content["lease_per_month"]
    found = {
        **_both(_("产品名称"), content["name"]),
        _("型号"): content["model"],
        _("主要领域"): best(label("domain", content["domain"])),
        _("能做哪些任务"): _("、").join(best(label("task", t)) for t in content["tasks"]),
        **_both(_("一句话，带最要紧的数字"), content["summary"]),
        **_both(_("详细介绍"), content["description"]),
        _("参考价"): " ".join(filter(None, (str(prices[content["price_kind"]]), price))),
        _("月租金"): _("%(amount)s 元", amount=lease) if lease else "",
        _("上市年月"): content["launched"],
        _("随产品提供的服务"): _("、").join(str(offered.get(k, k)) for k in content["services"]),
        **_values("", content["specifications"]),
    }
    for entry in content["variants"]:
        name = _best(entry["name"])
        extra = entry["extra_price"]
        found[name] = " ".join(
            filter(None, (str(dict(forms.VARIANTS)[entry["kind"]]), _("加价 %(n)s 万元", n=extra) if extra else ""))
        )
        found |= _values(f"{name} · ", entry["specifications"])
    for entry in content["certificates"]:
        dates = (
            "–".join(d or "…" for d in (entry["issued"], entry["expires"]))
            if entry["issued"] or entry["expires"]
            else ""
        )
        texts = (entry["number"], entry["body"], dates, _best(entry["note"]))
        found[f"{_('证书')} · {entry['standard']} ({entry['key']})"] = " · ".join(filter(None, texts)) or "—"
    for entry in content["deployments"]:
        district = best(label("district", entry["district"])) if entry["district"] else ""
        units = _("%(count)s 台", count=entry["units"]) if entry["units"] else ""
        found[f"{_('在哪里用')} · {_best(entry['place'])} ({entry['key']})"] = " · ".join(
            filter(None, (district, entry["since"], units))
        )
    found |= _media(content)
    return {name: text for name, text in found.items() if text}


def _media(content: dict[str, Any]) -> dict[str, str]:
    """Pictures with their place and description, files with kind and title, each by name and the start of its digest."""
    found, kinds = {}, dict(forms.FILE_KINDS)
    for number, entry in enumerate(content.get("pictures", ()), 1):
        place = _("封面") if number == 1 else _("第 %(n)s 张", n=number)
        found[_("图片 · %(name)s", name=_named(entry))] = f"{place} · {_whole(entry['description'])}"
    for entry in content.get("files", ()):
        said = f"{kinds[entry['kind']]} · {_whole(entry['title'])}"
        found[_("文件 · %(name)s", name=_named(entry))] = said
    return found


def _named(entry: dict[str, Any]) -> str:
    return f"{entry['name']} ({entry['key'][:8]})"


def _whole(text: dict[str, str]) -> str:
    """Both languages in one line."""
    return " / ".join(filter(None, (text["zh"], text["en"])))


def _best(text: dict[str, str]) -> str:
    return best(Text.of(text["zh"], text["en"]))


def _both(name: str, text: dict[str, str]) -> dict[str, str]:
    """Both languages of a text, the reader's own under the plain name."""
    other = "en" if language() == "zh" else "zh"
    mark = _("%(label)s（英文）", label=name) if other == "en" else _("%(label)s（中文）", label=name)
    return {name: text[language()], mark: text[other]}


def _values(before: str, values: list[dict[str, Any]]) -> dict[str, str]:
    grades = dict(forms.EVIDENCE)
    found = {}
    for entry in values:
        parameter = parameters().get(entry["key"])
        figure = " ".join(filter(None, shown(Value.from_json(entry["value"]), parameter, language())))
        until = _("有效至 %(day)s", day=entry["expires"]) if entry["expires"] else ""
        texts = (figure, _best(entry["condition"]), str(grades[entry["evidence"]]), entry["evidence_date"], until)
        found[before + (best(parameter.label) if parameter else entry["key"])] = " · ".join(filter(None, texts))
    return found
