"""Hostile values by their kind, as the bytes that travel."""

from __future__ import annotations

import io
import json
import zipfile

from hypothesis import strategies as st

from marketplace.demo.content import paper
from tests.hostile.requests import BOUNDARY


def _bytes(*texts: str) -> tuple[bytes, ...]:
    return tuple(t.encode("utf-8", "surrogatepass") for t in texts)


MEGABYTE = b"\xe4\xb8\xad a" * 210_000
VALUES: dict[str, tuple[bytes, ...]] = {
    "NUL": (b"a\x00b", b"\x00", b"1\x00"),
    "lone surrogates": _bytes("\ud800", "a\udfffb", "\udc80\ud83d"),
    "broken UTF-8": (b"\xff\xfe\xc3", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xe4\xb8"),
    "too large": _bytes("4294967296", "9223372036854775808", "-9223372036854775809", "9" * 30, "1" + "0" * 5000),
    "at the edge": _bytes("2147483647", "2147483648", "1000000000", "-1", "0", "999999999"),
    "NaN and infinity": _bytes("NaN", "Infinity", "-1e999", "1e308", "nan", "1e-400", "∞"),
    "not quite numbers": _bytes("1_000", "0x10", "1e5", "1.5", "１２３", "٣", "²", "Ⅷ", "+1", " 1 ", "1,000", "½", "一百", "1/0"),
    "dates": _bytes("99999-99-99", "0000-00-00", "2026-02-30", "0001-01-01", "2099-12-31T25:61", "2026-12-11T09:00+99:99", "9999-12-31", "2026-13", "1969-12-31", "2099-12-31T23:59"),
    "1 MB": (MEGABYTE, b"x" * 1_100_000, b"\n" * 1_000_000, b"(" * 1_000_000, b" " * 1_000_000 + b"1", b"1" * 1_000_000, b"%" * 1_000_000),
    "long": (b"x" * 5000, b"9" * 300, "中".encode() * 3000, b"a@" + b"b" * 300 + b".cn", b"1" * 4301),
    "turning marks": _bytes("\u202e\u2066abc\u2069\ufeff", "\u200b\u200d\u2028\u2029", "\ufeff", "e" + "\u0301" * 500, "\U000e0001\U0010ffff"),
    "formulas": _bytes('=HYPERLINK("http://x","y")', "+1+1", "@SUM(A1)", "-2+3", "\t=1", "|calc", "＝1+1"),
    "markup": _bytes("\"'><script>alert(1)</script>", "{{7*7}}{% raw %}", "]]><!--", "&#0;&amp;", "<svg/onload=x>"),
    "formats": _bytes("%s%(x)s%", "{0}{x.__class__}${x}\\", "%d%n%00", "\\u0000\\x00\\", "%(count)s"),
    "addresses": _bytes("//evil.example", "/\\evil", "http://[::1", "/zh/\x00", "javascript:x", "/[", "///", "/zh/?q=\u2028", "/..;/x", "http://\u2100.example/", "/zh/\ud800"),
    "mail addresses": _bytes("a@[1.2.3.4", '"a b"@x.cn', "é@é.example", "a@xn--\u0080.cn", "a@b.cn\nBcc: c@d.cn", "@", "a@" + "b." * 130 + "cn", "İ@example.cn", "a@xn--0.cn", "a@\u2024.cn"),
    "wrong types": _bytes("[]", "{}", "null", "true", '{"zh": 1}', "[[[[1]]]]", "False", "None"),
    "paths": _bytes("../../etc/passwd", "..", ".", "a/b", "CON", "~", "file:///etc/passwd"),
    "nothing": (b"", b" ", b"\t\r\n", "\u3000".encode()),
    "codes": _bytes("310000", "91310115MA0D0005X", "91310115MA0D0005XI", "000000", "healthcare,healthcare", "İ", "ß", "ǆ"),
    "queries": _bytes('"', "a AND", "((", "*", "a*?b", "NOT", "title:x", "a^9999999999999999999", '"a"~99999999999', "[a TO", "a:b:c", "/x/", "~", "-", "?" * 500, "a OR " * 2000),
}  # fmt: skip


def _random() -> st.SearchStrategy[tuple[str, bytes]]:
    texts = st.text(st.characters(), max_size=40).map(lambda t: t.encode("utf-8", "surrogatepass"))
    numbers = st.integers(-(2**70), 2**70).map(lambda n: str(n).encode())
    decimals = st.floats().map(lambda x: repr(x).encode())
    return st.one_of(
        st.tuples(st.just("random text"), texts),
        st.tuples(st.just("random numbers"), st.one_of(numbers, decimals)),
        st.tuples(st.just("random bytes"), st.binary(max_size=40)),
    )


_LISTED = st.sampled_from([kind for kind in VALUES if kind != "1 MB"]).flatmap(
    lambda kind: st.tuples(st.just(kind), st.sampled_from(VALUES[kind]))
)
_BIG = st.tuples(st.just("1 MB"), st.sampled_from(VALUES["1 MB"]))
SMALL: st.SearchStrategy[tuple[str, bytes]] = st.sampled_from([_LISTED] * 4 + [_random()]).flatmap(lambda s: s)
VALUE: st.SearchStrategy[tuple[str, bytes]] = st.integers(0, 24).flatmap(lambda n: _BIG if n == 24 else SMALL)
"""A kind and a value of it."""

HEADERS: dict[str, tuple[bytes, ...]] = {
    "Accept-Language": (b"zh;q=nan", b"en;q=1e999", b"*", b"," * 5000, b"zh-" + b"x" * 9000, b"\xff\xfe", b"en;q=", b";;=,", b"fr", b"z"),
    "Accept": (b"application/json", b"*/*;q=nan", b"text/html;q=\xff", b"," * 3000, b"application/json;q=1, text/html;q=0", b"/", b"a/b/c;=;", b"x"),
    "Host": (b"", b"a b", b"[::1", b"\xff\xfe", b"x" * 5000, b"site.example:99999999", b"site.example:abc", b"evil.example", b"site.example@evil", b"SITE.EXAMPLE", b"site.example:", b"<script>"),
    "X-Request-Start": (b"t=99999999999.999999", b"t=000000000.0", b"t=nan", b"t=1772414999.0", b"t=\xd9\xa3", b"x" * 5000, b"t=-1"),
    "X-Forwarded-For": (b"\xff", b"," * 3000, b"::1%eth0", b"1.2.3.4, 5.6.7.8", b"unknown", b"x" * 5000, b"\"'"),
    "X-Forwarded-Proto": (b"https", b"javascript", b"\xff", b",", b"x" * 3000),
    "X-Forwarded-Host": (b"evil.example", b"\xff"),
    "Referer": (b"http://[", b"http://[::1]x/", b"\xff\xfe", b"//", b"http://site.example/zh/\xff", b"http://site.example", b"http://site.example//evil", b"x" * 9000, b"http://\xe2\x84\x80.example/", b"https://site.example:bad/zh/"),
    "Origin": (b"null", b"http://[", b"\xff"),
    "User-Agent": (b"\xff\xfe", b"x" * 9000, b"", b"(((((" * 500, b"\xed\xa0\x80"),
    "Content-Type": (b"application/json", b"multipart/form-data", b"multipart/form-data; boundary=", b"multipart/form-data; boundary=\xff", b"application/x-www-form-urlencoded; charset=utf-7", b"text/plain; charset=nonsense", b"\xff", b"a", b";;;", b"multipart/form-data; boundary*=utf-8''%ff", b"application/x-www-form-urlencoded;" + b"a=b;" * 500),
    "Content-Length": (b"-1", b"abc", b"0", b"1", b"99999999999999999999", b"", b"1e3", b"\xd9\xa3", b"99999999"),
    "Cookie": (b"session", b"session=; session=", b"=;=;=", b"session=\xff", b"a" * 9000, b"session=eyJhIjoxfQ.x.y", b"language=\xff; theme=\xff; text=\xff", b'session="\\', b"session=.eJwL", b"; " * 2000),
    "If-None-Match": (b"\xff", b'"', b"*"),
    "If-Modified-Since": (b"\xff", b"Thu, 99 Foo 99999 99:99:99 GMT", b"Sun, 31 Dec 9999 23:59:60 GMT"),
    "Range": (b"bytes=0-", b"bytes=99999999999999999999-", b"bytes=-1", b"\xff", b"bytes=a-b", b"bytes=" + b"0-1," * 500),
    "If-Range": (b"\xff", b'"'),
    "Authorization": (b"Bearer \xff", b"Basic \xff", b"Basic", b"Digest a=", b"Bearer " + b"x" * 9000, b"Basic Og=="),
    "X-Autosave": (b"1", b"\xff"),
    "X-Script": (b"1", b"\xff"),
    "X-CSRFToken": (b"\xff", "令牌".encode(), b"x.y.z"),
    "X-HTTP-Method-Override": (b"DELETE",),
    "Transfer-Encoding": (b"chunked",),
    "Expect": (b"100-continue",),
    "Cache-Control": (b"max-age=x", b"max-age=99999999999999999999", b"\xff"),
}  # fmt: skip

METHODS = ("HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "GET", "POST")
COOKIES = ("session", "language", "theme", "text", "device", "remember_token", "__proto__")
PARTS: tuple[bytes, ...] = (
    b"0", b"-1", b"2147483648", b"9" * 30, b"\x00", b"\xff", "１".encode(), b"1.0", b"..", b"%00", b"\xed\xa0\x80",
    b"x" * 3000, b"a.b.c", "令牌".encode(), b"matrix", b" ", b"//", b"\\", b"1;x", "\u202e".encode(), b"\r\n", b"eyJhIjoxfQ.x.y",
)  # fmt: skip
"""What stands in an address instead of an id, a word or a token."""

_B = BOUNDARY
BODIES: tuple[tuple[bytes, bytes], ...] = (
    (b"multipart/form-data", b"--x\r\n\r\n"),
    (b"multipart/form-data; boundary=" + _B, b""),
    (b"multipart/form-data; boundary=" + _B, b"--" + _B),
    (b"multipart/form-data; boundary=" + _B, b"--" + _B + b"\r\nContent-Disposition: form-data\r\n\r\nx\r\n--" + _B + b"--"),
    (b"multipart/form-data; boundary=" + _B, b"--" + _B + b'\r\nContent-Disposition: form-data; name="act"\r\n\r\nunfinished'),
    (b"multipart/form-data; boundary=" + _B, b"--" + _B + b'\r\nContent-Disposition: form-data; name="a"; filename*=utf-9\'\'%ff\r\n\r\nx\r\n--' + _B + b"--"),
    (b"multipart/form-data; boundary=" + _B, b"--" + _B + b'\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=nonsense\r\n\r\nx\r\n--' + _B + b"--"),
    (b"multipart/form-data; boundary=" + _B, b"--" + _B + b"\r\n" + b"X: y\r\n" * 3000 + b"\r\n\r\n--" + _B + b"--"),
    (b"multipart/form-data; boundary=" + _B, (b"--" + _B + b'\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n') * 2500 + b"--" + _B + b"--"),
    (b"multipart/form-data; boundary=" + _B, b"\xff\x00" * 3000),
    (b"application/x-www-form-urlencoded", b"&=&=&a&%&%zz=%u1234&a[]=b&a[b]=c"),
    (b"application/x-www-form-urlencoded", b"a=b&" * 5000),
    (b"application/x-www-form-urlencoded", b"a=" + b"x" * 5_000_000),
    (b"application/x-www-form-urlencoded; charset=utf-16", b"\xff\xfea\x00=\x00b\x00"),
    (b"application/json", b'{"act": 1, "csrf_token": {}}'),
    (b"application/json", b"{"),
    (b"application/json", b"[" * 100_000),
    (b"application/json", b'{"a": NaN, "b": 1e999, "c": "\\ud800"}'),
    (b"application/xml", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'),
    (b"text/plain", b"a=b"),
    (b"", b"\x00\x01"),
)  # fmt: skip

FILENAMES: tuple[bytes, ...] = (
    b"\x00.pdf", b"../../etc/passwd", "\u202efdp.exe".encode(), b"x" * 5000 + b".pdf", b".pdf", b"CON.pdf", b"a\r\nb.pdf",
    b"=1.csv", b"\xff\xfe.pdf", b"", b".", b"a.xlsx", b"a.json", b"a.PDF", "报告.pdf".encode(), b"\xed\xa0\x80.pdf", b"a.png", b"a.txt",
    b"a.jpg", b"a.docx", b"a.zip", b"a;b=c.pdf", b"a.pdf\x00.exe", b"%00%ff.pdf", b"a.pd\xef\xbc\xa6",
)  # fmt: skip


def _zip(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name.replace("__", "/"), body)
    return out.getvalue()


# The header of a picture that says it is 60,000 by 60,000 points, and the first bytes of other kinds.
_WIDE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xea`\x00\x00\xea`\x08\x06\x00\x00\x00\xa5\x0e\x1a\x9b"
CONTENTS: tuple[bytes, ...] = (
    b"", b"\x00", b"%PDF-1.7", b"%PDF-1.7\n" + b"\x00" * 2000, paper("Good").data, _WIDE, b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0" + b"\xff" * 100,
    b"GIF89a" + b"\xff" * 20, b"RIFF\xff\xff\xff\xffWEBPVP8 ", b"PK\x03\x04", _zip(a=b"x"), _zip(xl__workbook=b"<x>", **{"[Content_Types].xml": b"<y"}),
    b"=1+1,@SUM(A1)\n", b"\xff\xfe\x00\xd8", b"<html><script>", b"{", b"[" * 50_000, b'{"scenarios": [NaN]}', b'{"products": [{}]}',
    b'{"scenarios": [{"key": "\\ud800"}]}', b'{"scenarios": {"a": 1}}', json.dumps({"scenarios": [{"key": 1, "title": []}]}).encode(),
    b"II*\x00\xff\xff\xff\xff", b"BM" + b"\xff" * 60, b"%!PS", b"MZ" + b"\x00" * 60,
)  # fmt: skip
