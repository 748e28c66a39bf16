"""The demo's content, read from data files, and small things it needs: codes and papers."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import yaml

from marketplace.infra.files.services import Upload
from marketplace.kernel.text import Text
from marketplace.organisations import uscc
from marketplace.vocabulary.parameters import parameters
from marketplace.vocabulary.terms import DATA

PASSWORD = "Robot-demo-2026"
STAFF = (
    ("officer", "officer@programme.example", "周示例"),
    ("officer", "officer2@programme.example", "吴示例"),
    ("reviewer", "reviewer@programme.example", "郑示例"),
    ("expert", "expert@programme.example", "王示例"),
    ("auditor", "auditor@programme.example", "冯示例"),
    ("administrator", "admin@programme.example", "陈示例"),
)
DOMAINS = ("logistics", "manufacturing", "retail", "healthcare", "household")
ADMITTED = (
    "指标明确、现场具备条件，同类场景已论证过，不再单独组织需求论证。",
    "需求方已完成三个月的工位写实，数据可核对；上月例会同意直接入库。",
    "属于年度重点方向，预算与场地均已落实，论证意见沿用去年同类项目。",
    "与在库场景无重复，验收方法可操作；会签无异议，跳过论证。",
)
"""Reasons for skipping the need review."""
FEW = {
    "logistics": "节拍和差错率是现有人工线的水平，放宽后上线即是倒退；场景方已把其余各条改为期望，只留这几条必须。",
    "manufacturing": "防护、温度和通过尺寸由车间条件决定，改造产线的费用高于本项目预算；场景方复核后仍不能放宽。",
    "retail": "营业时段人流密集，速度、噪声和识别率关系到顾客安全，场景方会同物业核过，低于这些数值不能进场。",
    "healthcare": "承载、温控和通过宽度依院内现行规范和现有门洞，场景方会同院感、后勤复核，逐条确认不能放宽。",
    "household": "住宅门宽和面积是现状，安全类指标涉及老人，服务机构逐条复核后认为不能放宽。",
}
"""Why a posting that hardly any vendor can answer asks what it asks, by domain."""


@lru_cache(maxsize=1)
def organisations() -> list[dict[str, Any]]:
    """The invented organisations."""
    return _load("organisations")


@lru_cache(maxsize=1)
def scenarios() -> list[dict[str, Any]]:
    """The invented scenarios."""
    return [entry for domain in DOMAINS for entry in _load(f"scenarios/{domain}")]


@lru_cache(maxsize=1)
def round_scenarios() -> list[dict[str, Any]]:
    """The scenarios that were posted for the round which asks for recommendations."""
    found: list[dict[str, Any]] = _load("round")
    return found


@lru_cache(maxsize=1)
def products() -> list[dict[str, Any]]:
    """The invented products."""
    return [entry for domain in DOMAINS for entry in _load(f"products/{domain}")]


@lru_cache(maxsize=1)
def shelf() -> dict[str, dict[str, Any]]:
    """What some vendors say of a product beyond its page, by the product's key."""
    found: dict[str, dict[str, Any]] = _load("shelf")
    return found


@lru_cache(maxsize=1)
def media() -> dict[str, dict[str, Any]]:
    """Pictures and files of some products, by the product's key."""
    found: dict[str, dict[str, Any]] = _load("media")
    return found


@lru_cache(maxsize=1)
def direct() -> list[dict[str, Any]]:
    """The scenarios that are matched directly, each with its introductions."""
    found: list[dict[str, Any]] = _load("direct")
    return found


@lru_cache(maxsize=1)
def stories() -> dict[str, dict[str, Any]]:
    """What becomes of each scenario, by its key."""
    found: dict[str, dict[str, Any]] = _load("stories")
    return found


@lru_cache(maxsize=1)
def bids() -> dict[str, list[dict[str, Any]]]:
    """The invented bids, by the scenario that they answer."""
    found: dict[str, list[dict[str, Any]]] = {}
    for domain in DOMAINS:
        for entry in _load(f"bids/{domain}"):
            found.setdefault(entry["scenario"], []).append(entry)
    return found


def _load(name: str) -> Any:
    """A data file of the demo, read by the C parser where there is one: it is ten times as quick."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((DATA / "demo" / f"{name}.yaml").read_text("utf-8"), Loader=loader)  # noqa: S506 - safe loaders


def organisation(key: str) -> dict[str, Any]:
    """One organisation."""
    return next(o for o in organisations() if o["key"] == key)


@lru_cache(maxsize=1)
def first_needed() -> dict[str, int]:
    """How many days ago each organisation first posted or bid."""
    found: dict[str, int] = {}
    for entry in scenarios():
        story = stories()[entry["key"]]
        ago, objector = story["ago"], [story["objection"]["by"]] if "objection" in story else []
        for who in (entry["owner"], *objector, *(b["vendor"] for b in bids().get(entry["key"], ()))):
            found[who] = max(found.get(who, 0), ago)
    for entry in direct():
        for who in (entry["owner"], *(i["vendor"] for i in entry["introductions"])):
            found[who] = max(found.get(who, 0), entry["ago"])
    for entry in round_scenarios():
        found[entry["owner"]] = max(found.get(entry["owner"], 0), 275 if entry.get("round") == "pilot" else 12)
    return found


@lru_cache(maxsize=1)
def offered() -> frozenset[str]:
    """The products that some bid offers."""
    return frozenset(p for found in bids().values() for b in found for p in b["products"])


def label_of(parameter: str) -> str:
    """A parameter's Chinese name."""
    known = parameters().get(parameter)
    return known.label.zh if known else parameter


def text(data: Any) -> Text:
    """A bilingual entry as a ``Text``."""
    return Text.of(data.get("zh", ""), data.get("en", "")) if data else Text()


def code(number: int, district: str) -> str:
    """A valid code for an invented organisation: both check characters hold."""
    partial = f"91{district}MA0D{number:04d}"
    ninth = uscc.organisation_check(partial + "0")
    first = partial + ninth
    return first + uscc.check_character(first)


def paper(title: str) -> Upload:
    """A one-page PDF with an ASCII title, as a stand-in for a licence or a drawing."""
    stream = f"BT /F1 18 Tf 72 760 Td ({title}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return Upload(f"{title.replace(' ', '-').lower()}.pdf", "application/pdf", out)
