"""Everything that each kind of actor is offered: pages reached by links and by the route table, and the forms on them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from flask import Flask, url_for
from werkzeug.exceptions import HTTPException

from tests.contracts.route_table import KINDS, TABLE
from tests.contracts.town import Town
from tests.factories.world import PASSWORD
from tests.hostile import pages
from tests.hostile.changes import Target
from tests.hostile.pages import Form, Pair, like
from tests.hostile.requests import Request, Upload
from tests.hostile.sending import Answer, ask, undone

PEOPLE = (
    "nobody", "stranger", "owner", "owner-editor", "owner-viewer", "vendor", "vendor-editor", "vendor-viewer", "rival",
    "officer", "auditor", "administrator", "expert", "reviewer", "newcomer", "body", "body-viewer", "helper",
    "helper-viewer",
)  # fmt: skip
PROVED = b"%PDF-1.4 small"


def _raw(pairs: Iterable[Pair]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((k.encode(), v.encode()) for k, v in pairs)


@dataclass
class Walk:
    """One walk of an actor through the site; at most ``most`` pages of each view are looked at."""

    app: Flask
    actor: str
    cookies: dict[str, bytes]
    most: int = 2
    targets: list[Target] = field(default_factory=list)
    offered: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)

    def _endpoint(self, path: str, method: str) -> str:
        try:
            endpoint, _arguments = self.app.url_map.bind("site.example").match(unquote(path), method)
        except HTTPException:
            return ""
        return str(endpoint)

    def look(self, seeds: Iterable[str], *, follow: bool = True) -> None:
        """Look at the given addresses and, unless told otherwise, at all that they lead to."""
        waiting, seen = list(seeds), set[str]()
        looked: Counter[str] = Counter()
        while waiting:
            address = waiting.pop(0)
            path = urlsplit(address).path
            endpoint = self._endpoint(path, "GET")
            if not endpoint or path in seen or looked[endpoint] >= self.most or endpoint.endswith("static"):
                continue
            seen.add(path)
            request = Request("GET", unquote(path).encode(), cookies=self.cookies)
            answer = ask(self.app, request.but(query=_raw(pages.query_of(address))))
            if answer.status >= 500 and endpoint != "root.readyz":
                self.broken.append(f"{self.actor}: {path}: {answer.broken}")
            if answer.status not in (200, 410):
                continue
            looked[endpoint] += 1
            links = self._page(endpoint, path, request, answer)
            waiting += links if follow else []

    def _page(self, endpoint: str, path: str, request: Request, answer: Answer) -> list[str]:
        """Keep what one page offers; answers the addresses that it leads to."""
        is_page = "text/html" in answer.headers.get("Content-Type", "")
        forms, links = pages.read(answer.body.decode()) if is_page else ([], [])
        for line in answer.headers.getlist("Set-Cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value.encode()
        local = [k for k in links if k.startswith("/") and not k.startswith("//")]
        local += [path + k for k in links if k.startswith("?")]
        asked = {n for k in local if urlsplit(k).path == path for n, _v in pages.query_of(k)}
        asked |= {n for f in forms if f.method == "GET" for n, _v in [*f.fields, *f.others, *f.buttons]}
        asked |= pages.names_for(self.app, endpoint, "args", "values")
        shown = request.but(cookies=dict(self.cookies))
        self.targets.append(Target(self.actor, endpoint, shown, parameters=tuple(sorted(asked))))
        for form in forms:
            self._form(form, path)
        return [k for k in local if len(urlsplit(k).query) < 200]

    def _form(self, form: Form, page: str) -> None:
        address = form.action or page
        endpoint = self._endpoint(urlsplit(address).path, form.method)
        if not endpoint or form.method == "GET":
            return
        self.offered.add(endpoint)
        names = {n for n, _v in [*form.fields, *form.others, *form.buttons]} | {"csrf_token"}
        names |= pages.names_for(self.app, endpoint, "form", "values")
        choices: defaultdict[str, list[bytes]] = defaultdict(list)
        for name, value in form.others + form.buttons:
            choices[name].append(value.encode())
        for button in form.buttons or [None]:
            request = Request(
                "POST",
                unquote(urlsplit(address).path).encode(),
                query=_raw(pages.query_of(address)),
                fields=_raw([*form.fields, *([button] if button else [])]),
                files=tuple(Upload(name, b"a.pdf", PROVED, b"application/pdf") for name in form.files),
                cookies=dict(self.cookies),
                multipart=form.multipart,
            )
            self.targets.append(
                Target(
                    self.actor,
                    endpoint,
                    request,
                    names=tuple(sorted(names)),
                    parameters=tuple(sorted(pages.names_for(self.app, endpoint, "args"))),
                    choices={k: tuple(v) for k, v in choices.items()},
                )
            )


def _signature(target: Target) -> tuple[object, ...]:
    """What makes two targets the same for our purpose: address and fields but for their numbers, method, button."""
    acts = tuple(v for k, v in target.request.fields if k == b"act")
    path = like(target.request.path.decode("utf-8", "replace"))
    return path, target.endpoint, target.request.method, frozenset(map(like, target.names)), acts


def distinct(targets: Iterable[Target], each: int) -> list[Target]:
    """At most ``each`` targets of the same kind, of different actors."""
    found: defaultdict[tuple[object, ...], dict[str, Target]] = defaultdict(dict)
    for target in targets:
        same = found[_signature(target)]
        if len(same) < each:
            same.setdefault(target.actor, target)
    return [t for same in found.values() for t in same.values()]


def addresses(app: Flask, town: Town, actor: str) -> list[str]:
    """Where the route table says that this kind of actor finds a page; for other people, what is private to somebody."""
    found = []
    for row in TABLE:
        answers = dict(zip(KINDS, row.answers.split(), strict=True))
        wanted = answers.get(actor, "200" if answers["stranger"] == "404" else "")
        if row.method != "GET" or wanted not in ("200", "410"):
            continue
        arguments = {k: v[1:] if v.startswith("=") else town.ids[v] for k, v in row.arguments.items()}
        if app.url_map.is_endpoint_expecting(row.endpoint, "lang"):
            arguments["lang"] = "zh"
        with app.test_request_context():
            found.append(url_for(row.endpoint, **arguments))
    return list(dict.fromkeys(found))


def unoffered(app: Flask, offered: set[str], cookies: dict[str, dict[str, bytes]]) -> list[Target]:
    """Addresses that take a form which no page showed: sent what the view's file asks a form for."""
    found = []
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint in offered:
            continue
        path = re.sub(r"<any\(zh,en\):lang>", "zh", rule.rule)
        path = re.sub(r"<any\((\w+),[^>]*>", r"\1", re.sub(r"<\w+>", "matrix", re.sub(r"<int:\w+>", "1", path)))
        names = tuple(sorted(pages.names_for(app, rule.endpoint, "form", "values") | {"csrf_token"}))
        found += [
            Target(actor, rule.endpoint, Request("POST", path.encode(), cookies=cookies[actor]), names=names)
            for actor in ("nobody", "vendor", "officer")
        ]
    return found


def find(
    app: Flask,
    town: Town,
    *,
    extra: dict[str, tuple[dict[str, bytes], list[str]]],
    most: int,
    people: Iterable[str] = PEOPLE,
) -> tuple[list[Target], set[str]]:
    """Every target of everybody, and the views to which a form was offered; ``extra`` are browsers with addresses of their own."""
    found: list[Target] = []
    offered: set[str] = set()
    cookies: dict[str, dict[str, bytes]] = {}
    broken: list[str] = []
    everybody = {n: (signed_in(town, n), ["/zh/", "/zh/desk", *addresses(app, town, n)]) for n in people}
    with undone(app):
        for actor, (jar, seeds) in (everybody | extra).items():
            walk = Walk(app, actor, dict(jar), most if actor in everybody else 2)
            walk.look(seeds, follow=actor in everybody)
            found += walk.targets
            offered |= walk.offered
            broken += walk.broken
            cookies[actor] = walk.cookies
    assert not broken, "\n".join(broken)
    return found + unoffered(app, offered, cookies), offered


def signed_in(town: Town, actor: str) -> dict[str, bytes]:
    """The cookies of a browser in which ``actor`` has given the password; none for nobody."""
    if actor == "nobody":
        return {}
    config = town.world.app.config
    held, config["WTF_CSRF_ENABLED"] = config["WTF_CSRF_ENABLED"], False
    town.world.person(actor)
    browser = town.world.app.test_client()
    answer = browser.post("/zh/sign-in", data={"email": f"{actor}@people.example", "password": PASSWORD})
    config["WTF_CSRF_ENABLED"] = held
    cookie = browser.get_cookie("session", domain="localhost")
    assert answer.status_code == 302, actor
    assert cookie is not None, actor
    return {"session": cookie.value.encode()}
