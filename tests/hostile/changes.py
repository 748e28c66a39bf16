"""What is done to a valid request: one to three changes, each of which says what it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from tests.hostile import imports, values
from tests.hostile.requests import Request, Upload

Strategy = st.SearchStrategy


@dataclass(frozen=True)
class Target:
    """A request as a page offers it to somebody, and the names of everything that can be changed in it."""

    actor: str
    endpoint: str
    request: Request
    names: tuple[str, ...] = ()
    """Fields of its form, and what its view asks a form for."""
    parameters: tuple[str, ...] = ()
    """Parameters of its address."""
    choices: dict[str, tuple[bytes, ...]] = field(default_factory=dict, hash=False)
    """Values that the page offers besides the chosen ones, by field."""

    @property
    def label(self) -> str:
        """Who sends what where."""
        return f"{self.actor}: {self.request.method} {self.request.path.decode('utf-8', 'replace')} ({self.endpoint})"


@dataclass(frozen=True)
class Change:
    """One change: in which part of a request, to what, in words, and how."""

    part: str
    words: str
    kind: str
    apply: Callable[[Request], Request] = field(compare=False)
    name: str = ""

    def __str__(self) -> str:
        return f"{self.part} {self.words}"


def _short(value: bytes) -> str:
    return f"{value[:60]!r}… ({len(value)} bytes)" if len(value) > 80 else repr(value)[1:]


def _setting(part: str, name: str, kind: str, given: list[bytes]) -> Change:
    """A field or parameter with other values: none, one or many."""

    def apply(request: Request) -> Request:
        old = request.query if part == "parameter" else request.fields
        new = [(name.encode(), v) for v in given]
        at = next((n for n, (k, _v) in enumerate(old) if k == name.encode()), len(old))
        rest = [pair for pair in old if pair[0] != name.encode()]
        changed = (*rest[:at], *new, *rest[at:])
        return request.but(query=changed) if part == "parameter" else request.but(fields=changed)

    shown = ", ".join(_short(v) for v in given[:3]) + ("" if len(given) <= 3 else f", … ({len(given)} times)")
    return Change(part, f"{name} = {shown or 'missing'}", kind, apply, name)


def _weighted(*strategies: tuple[Strategy[Change], int]) -> Strategy[Change]:
    """One of the strategies, as often as its number says; ``one_of`` would leave repeated ones out."""
    return st.sampled_from([s for s, times in strategies for _n in range(times)]).flatmap(lambda s: s)


def _set(part: str, names: tuple[str, ...]) -> Strategy[Change]:
    one = st.builds(lambda name, v: _setting(part, name, v[0], [v[1]]), st.sampled_from(names), values.VALUE)
    missing = st.builds(lambda name: _setting(part, name, "missing", []), st.sampled_from(names))
    many = st.builds(
        lambda name, v, count: _setting(part, name, "repeated", [x for _k, x in v] * count),
        st.sampled_from(names),
        st.lists(values.SMALL, min_size=2, max_size=3),
        st.sampled_from([1, 1, 1, 100]),
    )
    return _weighted((one, 8), (missing, 1), (many, 1))


def _chosen(target: Target) -> Strategy[Change]:
    """Another value that the page itself offers."""
    return st.sampled_from(sorted(target.choices)).flatmap(
        lambda name: st.sampled_from(target.choices[name]).map(lambda v: _setting("field", name, "offered", [v]))
    )


NUMBERS = ("0", "-1", "99999", "9" * 30, "１", "", "1e3", "NaN", "\x00", "2147483648", "9" * 5000)


def _nested(names: tuple[str, ...]) -> Strategy[Change]:
    """A field whose name holds the number of a row that is none, or a name that looks like one of a row."""

    def rename(name: str, number: str, value: tuple[str, bytes]) -> Change:
        new = re.sub(r"\d+", lambda _m: number, name) if re.search(r"\d", name) else f"{name}-{number}-value"
        return _setting("field", new, "nested names", [value[1]])

    plain = st.builds(rename, st.sampled_from(names or ("rows",)), st.sampled_from(NUMBERS), values.SMALL)
    odd = st.sampled_from(["rows-0-value", "__proto__", "", "a" * 9000, "-", "--", "rank-", "role-", "p--", "\ud800"])
    return _weighted((plain, 2), (st.builds(lambda n, v: _setting_raw(n, v[1]), odd, values.SMALL), 1))


def _setting_raw(name: str, value: bytes) -> Change:
    pair = (name.encode("utf-8", "surrogatepass"), value)
    return Change(
        "field", f"{name[:20]!r} = {_short(value)}", "nested names", lambda r: r.but(fields=(*r.fields, pair))
    )


def _header(name: str, value: bytes) -> Change:
    def apply(request: Request) -> Request:
        cookies = {} if name == "Cookie" else request.cookies
        return request.but(headers={**request.headers, name: value}, cookies=cookies)

    return Change("header", f"{name}: {_short(value)}", f"header {name}", apply)


def _cookie(name: str, value: bytes) -> Change:
    return Change(
        "cookie",
        f"{name} = {_short(value)}",
        "broken cookies",
        lambda r: r.but(cookies={**r.cookies, name: value.replace(b";", b"")}),
    )


def _bent_session() -> Strategy[Change]:
    """The session's own cookie, cut or with one byte changed."""

    def bend(at: int) -> Change:
        def apply(request: Request) -> Request:
            old = request.cookies.get("session", b"x" * 10)
            at_ = at % len(old)
            new = old[:at_] + bytes([old[at_] ^ 1 or 65]) + (old[at_ + 1 :] if at % 2 else b"")
            return request.but(cookies={**request.cookies, "session": new.replace(b";", b"")})

        return Change("cookie", f"session bent at {at}", "broken cookies", apply)

    return st.integers(0, 200).map(bend)


def _upload(name: str, filename: bytes, body: bytes, media_type: bytes) -> Change:
    def apply(request: Request) -> Request:
        rest = tuple(f for f in request.files if f.name != name)
        return request.but(files=(*rest, Upload(name, filename, body, media_type)))

    return Change("file", f"{name} = {_short(filename)} with {_short(body)}", "files", apply, name)


def _file(names: tuple[str, ...]) -> Strategy[Change]:
    return st.builds(
        _upload,
        st.sampled_from(names),
        st.one_of(st.sampled_from(values.FILENAMES), st.binary(max_size=20).map(lambda b: b + b".pdf")),
        st.one_of(st.sampled_from(values.CONTENTS), st.binary(max_size=60)),
        st.sampled_from([b"application/pdf", b"", b"\xff", b"image/png", b"text/html; charset=nonsense", b"x" * 500]),
    )


def _imported(target: Target) -> Strategy[Change]:
    """A file to import with hostile cells in it."""
    kind = target.request.path.split(b"/")[3].decode()
    return imports.files(kind).map(
        lambda file: replace(_upload("file", *file, b"application/octet-stream"), kind="hostile cells")
    )


def _other_part(part: bytes, at: int) -> Change:
    def apply(request: Request) -> Request:
        parts = request.path.split(b"/")
        parts[-1 - at % max(1, len(parts) - 1)] = part
        return request.but(path=b"/".join(parts))

    return Change("address", f"part {at} = {_short(part)}", "addresses' parts", apply)


def _elsewhere(request: Request) -> list[Strategy[Change]]:
    """What can be changed in any request, whatever its form."""
    header = st.sampled_from(sorted(values.HEADERS)).flatmap(
        lambda name: st.one_of(st.sampled_from(values.HEADERS[name]), st.binary(max_size=30)).map(
            lambda v: _header(name, v)
        )
    )
    cookie = st.builds(lambda n, v: _cookie(n, v[1]), st.sampled_from(values.COOKIES), values.SMALL)
    address = st.builds(_other_part, st.sampled_from(values.PARTS), st.integers(0, 3))
    method = st.sampled_from(values.METHODS).map(lambda m: Change("method", m, "methods", lambda r: r.but(method=m)))
    found = [header, header, header, cookie, _bent_session(), address, method]
    if request.method == "POST":
        body = st.sampled_from(values.BODIES).map(
            lambda b: Change("body", f"{_short(b[0])} {_short(b[1])}", "bodies", lambda r: _proved(r).but(body=b))
        )
        cut = st.integers(0, 4000).map(
            lambda n: Change("body", f"cut after {n} bytes", "bodies", lambda r: r.but(body=_cut(r, n)))
        )
        parts = st.booleans().map(lambda b: Change("body", f"multipart {b}", "bodies", lambda r: r.but(multipart=b)))
        found += [body, cut, parts]
    return found


def _proved(request: Request) -> Request:
    """With the token of its form as a header, so that a body without fields comes through, too."""
    token = dict(request.fields).get(b"csrf_token", b"")
    return request.but(headers={**request.headers, "X-CSRFToken": token})


def _cut(request: Request, length: int) -> tuple[bytes, bytes]:
    media_type, body = request.content()
    return media_type, body[:length]


def changes(target: Target) -> Strategy[tuple[Change, ...]]:
    """One to three changes of what the target would send."""
    kinds: list[tuple[Strategy[Change], int]] = [(_weighted(*((s, 1) for s in _elsewhere(target.request))), 3)]
    if target.names:
        kinds.append((_set("field", target.names), 12))
        kinds.append((_nested(target.names), 2))
    if target.choices:
        kinds.append((_chosen(target), 2))
    if target.parameters:
        kinds.append((_set("parameter", target.parameters), 2 if target.names else 12))
    if files := tuple(dict.fromkeys(f.name for f in target.request.files)):
        kinds.append((_file(files), 8))
    elif target.names:
        kinds.append((_file(target.names), 1))
    if target.endpoint == "exchange.upload" and files:
        kinds.append((_imported(target), 30))
    one = _weighted(*kinds)
    return st.sampled_from([1, 1, 2, 3]).flatmap(lambda n: st.tuples(*[one] * n))


def changed(request: Request, chosen: tuple[Change, ...]) -> Request:
    """The request after all changes."""
    for change in chosen:
        request = change.apply(request)
    return request
