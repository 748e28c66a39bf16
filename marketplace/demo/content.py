"""The demo's content, read from data files, and small things it needs: codes, papers, people."""

from __future__ import annotations

from typing import Any

from marketplace.infra.files.services import Upload
from marketplace.kernel.text import Text
from marketplace.organisations import uscc
from marketplace.vocabulary.terms import load

PASSWORD = "Robot-demo-2026"
STAFF = (
    ("officer", "officer@programme.example", "周示例"),
    ("officer", "officer2@programme.example", "吴示例"),
    ("reviewer", "reviewer@programme.example", "郑示例"),
    ("expert", "expert@programme.example", "王示例"),
    ("auditor", "auditor@programme.example", "冯示例"),
    ("administrator", "admin@programme.example", "陈示例"),
)


def organisations() -> list[dict[str, Any]]:
    """The invented organisations."""
    found: list[dict[str, Any]] = load("demo/organisations.yaml")
    return found


def scenarios() -> list[dict[str, Any]]:
    """The invented scenarios."""
    found: list[dict[str, Any]] = load("demo/scenarios.yaml")
    return found


def products() -> list[dict[str, Any]]:
    """The invented products."""
    found: list[dict[str, Any]] = load("demo/products.yaml")
    return found


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
