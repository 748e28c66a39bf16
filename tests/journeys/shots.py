"""Pictures of the pages: `make shots` writes them into shots/, in both languages, on a phone and a desk, light and dark.

``--readme`` makes the README's picture anew.
"""

from __future__ import annotations

import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.journeys.conftest import CHROMIUM, PASSWORD, ROOT, start_site

PAGES = {
    "": [
        "/",
        "/challenges",
        "/challenges?view=table",
        "/challenges/45",
        "/products",
        "/products/1",
        "/notices/16",
        "/rounds",
        "/rounds/3",
        "/exchange/format",
        "/sign-in",
        "/register",
        "/mailbox",
    ],
    "lin@fuxiao.example": [
        "/desk",
        "/challenges/48",
        "/my/bids",
        "/my/products",
        "/exchange/products",
        "/inbox",
        "/organisations",
        "/account",
        "/account/password",
        "/account/second-factor",
        "/account/sessions",
        "/account/data",
        "/account/data/all",
    ],
    "xu@qinghe.example": ["/desk", "/my/scenarios", "/scenarios/new", "/exchange/scenarios"],
    "hu@tuijian.example": [
        "/desk",
        "/recommending/3/14",
        "/recommending/3/14/letter",
        "/recommending/3/14/summary",
    ],
    "fang@anhe.example": ["/desk", "/households/43", "/households/42/new"],
    "officer@programme.example": [
        "/desk",
        "/staff/scenarios",
        "/staff/scenarios/64",
        "/staff/organisations/42",
        "/staff/challenges/24/eligibility",
        "/staff/challenges/17/shortlist",
        "/staff/objections",
        "/staff/rounds/3",
    ],
    "admin@programme.example": ["/staff/people", "/staff/people/1"],
    "auditor@programme.example": ["/audit", "/audit/households"],
}


def _sign_in(page: Page, address: str, email: str) -> None:
    page.goto(f"{address}/zh/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def main() -> None:
    """Start a demo, walk through the pages, stop it."""
    readme = "--readme" in sys.argv
    folder = ROOT / "shots"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright, ExitStack() as stack:
        address, process = start_site(Path(data))
        stack.callback(lambda: (process.send_signal(signal.SIGINT), process.wait(20)))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for email, paths in ({"": ["/"]} if readme else PAGES).items():
            for width in (1440,) if readme else (1440, 360):
                for theme in ("light",) if readme else ("light", "dark"):
                    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)  # type: ignore[arg-type]
                    page = context.new_page()
                    if email:
                        _sign_in(page, address, email)
                    for path in paths:
                        for language in ("zh",) if readme else ("zh", "en"):
                            answer = page.goto(f"{address}/{language}{path}")
                            if answer is None or not answer.ok:
                                sys.exit(f"{email or 'nobody'} does not get {path}: the demo has changed, change PAGES")
                            name = (
                                f"{email.partition('@')[0]}{path}".strip("/").replace("/", "-").replace("?", "-")
                                or "home"
                            )
                            target = (
                                ROOT / "docs/home.png" if readme else folder / f"{name}-{language}-{width}-{theme}.png"
                            )
                            target.parent.mkdir(exist_ok=True)
                            page.screenshot(path=target, full_page=not readme)
                    context.close()
        browser.close()
    print(f"written to {ROOT / 'docs/home.png' if readme else folder}")


if __name__ == "__main__":
    main()
