"""A real site for the journeys: the README's own command on a fresh folder, driven by a real Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import html5lib
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from tests.factories.running import start_site, stop_site

ROOT = Path(__file__).parents[2]
PASSWORD = "Robot-demo-2026"
expect.set_options(timeout=30_000)  # as long as for anything else: two cores are shared with the other tests
AS_MANY = """async ([address, about, least]) => {
  let found = 0;
  for (let turn = 0; turn < 100 && found < least; turn++) {
    if (turn) await new Promise(later => setTimeout(later, 300));
    const page = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
    found = [...page.querySelectorAll("main .rows a")].filter(mail => mail.textContent.includes(about)).length;
  }
  return found;
}"""
LATENCY = int(os.environ.get("JOURNEY_LATENCY", "0"))
"""Milliseconds that every answer of the site comes late: what a journey takes for granted shows itself then."""
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def demo(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running demo, worker and all: one for each file, since some move its clock."""
    data = tmp_path_factory.mktemp("demo") / "data"
    shutil.copytree(seeded, data)
    address, process = start_site(data)
    yield address
    stop_site(process)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless. Its absence is a failure in CI and a plain skip elsewhere."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            raise RuntimeError("Chromium is missing: the browser tests did not run")
        pytest.skip("Chromium is missing: the browser tests did not run")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield launched
        launched.close()


CONTROLS = frozenset(
    {
        "button",
        "link",
        "textbox",
        "searchbox",
        "combobox",
        "listbox",
        "checkbox",
        "radio",
        "spinbutton",
        "tab",
        "slider",
    }
)


def nameless(page: Page) -> list[str]:
    """Roles of the controls that a screen reader would announce without a name."""
    protocol = page.context.new_cdp_session(page)
    nodes = protocol.send("Accessibility.getFullAXTree")["nodes"]
    protocol.detach()
    roles = [(n["role"]["value"], str(n.get("name", {}).get("value", "")).strip()) for n in nodes if not n["ignored"]]
    return [role for role, said in roles if role in CONTROLS and not said]


@dataclass
class Visitor:
    """A person with a browser, who notices what is wrong with a page."""

    page: Page
    address: str
    language: str
    seen: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    """What the console may say because the test itself cut a connection."""

    def go(self, path: str) -> None:
        """Open a page of the site in the visitor's language."""
        self.page.goto(f"{self.address}/{self.language}{path}")

    def sign_in(self, email: str) -> None:
        """Sign in with a demo account."""
        self.go("/sign-in")
        self.page.fill("[name=email]", email)
        self.page.fill("[name=password]", PASSWORD)
        self.press(self.page.locator("main form button[type=submit]"))
        assert "/sign-in" not in self.page.url

    def press(self, control: Locator, *, until: Literal["load", "domcontentloaded", "commit"] = "load") -> None:
        """Use a control that leads to a page, and wait until that page is there, or as far as ``until`` says.

        A click alone returns while the page before still stands: what a test reads or fills next may be that page's, and a second
        click would take back the first.
        """
        with self.page.expect_navigation(wait_until=until):
            control.click()

    def go_on(self) -> None:
        """Press the form's main button and wait for the page that it leads to."""
        self.press(self.page.locator("main form button.btn-primary").first)

    def letters(self, to: str, about: str, *, least: int = 1) -> list[str]:
        """Subjects of the newest mails to an address that name ``about``, once there are so many; the mailbox stays open."""
        path = f"/mailbox?to={to}"
        found = self.page.evaluate(AS_MANY, [f"{self.address}/{self.language}{path}", about, least])
        assert found >= least, f"{found} of {least} mails to {to} about {about}"
        self.go(path)
        return [s for s in self.page.locator("main .rows a").all_inner_texts() if about in s]

    def look(self, name: str) -> None:
        """Check the page in hand: axe, valid HTML, no overflow; each kind of page once."""
        if name in self.seen:
            return
        self.seen.add(name)
        found = Axe().run(self.page).response["violations"]
        for violation in found:
            nodes = [n["target"] for n in violation["nodes"]][:3]
            self.complaints.append(f"{name}: axe {violation['id']} {nodes}")
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(self.page.request.get(self.page.url).text())
        for position, code, data in parser.errors:
            self.complaints.append(f"{name}: html {code} {data} at {position}")
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.complaints.append(f"{name}: scrolls sideways")
        self.complaints += [f"{name}: a {role} without a name" for role in nameless(self.page)]


@pytest.fixture
def visit(browser: Browser, demo: str) -> Iterator[Any]:
    """Make visitors, each with a browser of their own; at the end nobody may have met a fault."""
    visitors: list[tuple[Visitor, BrowserContext, list[str]]] = []

    def make(language: str, *, width: int = 1440) -> Visitor:
        context = browser.new_context(viewport={"width": width, "height": 900})
        page = context.new_page()
        if LATENCY:
            context.new_cdp_session(page).send(
                "Network.emulateNetworkConditions",
                {"offline": False, "latency": LATENCY, "downloadThroughput": -1, "uploadThroughput": -1},
            )
        faults: list[str] = []
        page.on(
            "console", lambda m: faults.append(m.text) if m.type == "error" and "status of 4" not in m.text else None
        )
        page.on("pageerror", lambda e: faults.append(str(e)))
        page.on(
            "request", lambda r: None if r.url.startswith((demo, "data:")) else faults.append(f"left the site: {r.url}")
        )
        page.on("response", lambda r: faults.append(f"{r.status} {r.url}") if r.status >= 500 else None)
        visitor = Visitor(page, demo, language)
        visitors.append((visitor, context, faults))
        return visitor

    yield make
    wrong = [
        said
        for visitor, _context, faults in visitors
        for said in [*visitor.complaints, *faults]
        if not any(word in said for word in visitor.expected)
    ]
    for _visitor, context, _faults in visitors:
        context.close()
    assert wrong == []
