"""A person with a browser, as a site behind its proxy sees one: cookies, forms with their token, an address of their own."""

from __future__ import annotations

import http.client
import re
import time
import urllib.parse
from dataclasses import dataclass, field

from tests.drills.installation import HOST


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    location: str
    text: str
    request_id: str


@dataclass
class Browser:
    """One person's browser; every request goes over a connection of its own, as through a proxy."""

    port: int
    number: int
    cookies: dict[str, str] = field(default_factory=dict)
    timeout: float = 60
    proxied: bool = True

    def _ask(self, method: str, path: str, body: str | None = None, **more: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        headers = {
            "Host": HOST,
            "X-Forwarded-For": f"10.{self.number >> 16 & 255}.{self.number >> 8 & 255}.{self.number & 255}",
            "X-Forwarded-Proto": "https",
            "Referer": f"https://{HOST}{path}",
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
            **more,
        }
        if self.proxied:
            headers["X-Request-Start"] = f"t={time.time():.3f}"
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        location = urllib.parse.urlsplit(answer.headers.get("Location", "")).path
        return Answer(answer.status, location, text, answer.headers.get("X-Request-Id", ""))

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._ask("GET", path)

    def post(self, path: str, token: str, /, **fields: str | list[str]) -> Answer:
        """Send a form with the token of a page seen before."""
        body = urllib.parse.urlencode({"csrf_token": token, **fields}, doseq=True)
        return self._ask("POST", path, body)

    def autosave(self, path: str, token: str, /, **fields: str) -> Answer:
        """Save a form as the page's script does; the answer is JSON."""
        body = urllib.parse.urlencode({"csrf_token": token, "stay": "1", **fields})
        return self._ask("POST", path, body, **{"X-Autosave": "1", "Accept": "application/json"})

    def fill(self, path: str, /, **fields: str | list[str]) -> Answer:
        """Open a page and send its form, changed by ``fields``."""
        seen = self.get(path)
        return self.post(path, hidden(seen.text, "csrf_token"), **fields)

    def sign_in(self, email: str, password: str) -> None:
        """Sign in; raises when the site says no."""
        answer = self.fill("/zh/sign-in", email=email, password=password)
        if answer.status != 302:
            raise RuntimeError(f"{email} cannot sign in: {answer.status} {said(answer.text)}")


def hidden(page: str, name: str) -> str:
    """The value of a hidden field; ``LookupError`` when the page has none."""
    for tag in re.findall(r"<input[^>]*>", page):
        if f'name="{name}"' in tag:
            value = re.search(r'value="([^"]*)"', tag)
            return value[1] if value else ""
    raise LookupError(f"no field {name} in: {said(page)}")


def said(page: str) -> str:
    """The beginning of a page's own words."""
    main = page.partition("<main")[2].partition("</main>")[0] or page
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())[:300]
