"""Every kind of page in both languages, on a phone, a tablet and a desk, light and dark: `make shots` writes them into shots/.

Each is also asked whether axe finds anything and whether it scrolls sideways; what is found is printed, and fails the command.
``--readme`` makes the README's picture anew; ``--only WORD,WORD`` takes the pages whose address holds one of the words.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.factories.running import ROOT, start_site, stop_site
from tests.journeys.conftest import CHROMIUM, PASSWORD

PAGES = {
    "": [
        "/",
        "/challenges",
        "/challenges?view=table",
        "/challenges?view=calendar",
        "/challenges?q=冷库&domain=logistics",
        "/challenges?q=zzzzzz",
        "/challenges/45",
        "/products",
        "/products/1",
        "/products/compare?id=1&id=26&id=102",
        "/needs",
        "/gaps",
        "/organisations/2",
        "/organisations/3",
        "/programme",
        "/notices",
        "/notices/16",
        "/rounds",
        "/rounds/3",
        "/exchange/format",
        "/guide",
        "/guide/owners",
        "/guide/vendors",
        "/guide/selection",
        "/guide/glossary",
        "/guide/glossary?q=recusal",
        "/privacy",
        "/terms",
        "/support",
        "/support?instrument=rnd&amount=18000",
        "/sign-in",
        "/register",
        "/forgot",
        "/mailbox",
        "/mailbox/1271",
        "/styleguide",
        "/nowhere",
    ],
    "lin@fuxiao.example": [
        "/desk",
        "/challenges/48",
        "/my/bids",
        "/my/products",
        "/products/102",
        "/products/102/edit",
        "/products/102/specifications",
        "/products/102/fits",
        "/products/102/versions",
        "/products/102/pictures",
        "/products/102/files",
        "/products/102/variants/new",
        "/products/102/certificates/new",
        "/products/102/services",
        "/introductions",
        "/challenges/48/partners",
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
    "lu@yunque.example": ["/desk", "/my/scenarios", "/scenarios/8", "/scenarios/new", "/exchange/scenarios"],
    "xu@qinghe.example": ["/desk", "/challenges/46", "/challenges/46/who-can", "/introductions"],
    "tang@weilan.example": ["/desk", "/introductions", "/introductions/7", "/introductions/3", "/introductions/12"],
    "hu@tuijian.example": [
        "/desk",
        "/recommending/3/15",
        "/recommending/3/15/letter",
        "/recommending/3/15/summary",
    ],
    "fang@anhe.example": ["/desk", "/households/44", "/households/44/new"],
    "officer@programme.example": [
        "/desk",
        "/staff/scenarios",
        "/staff/scenarios?q=冷",
        "/staff/evaluation",
        "/staff/scenarios/64",
        "/staff/organisations/43",
        "/staff/challenges/24/eligibility",
        "/staff/challenges/17/shortlist",
        "/staff/objections",
        "/staff/doubts",
        "/staff/introductions",
        "/doubts/2",
        "/products/102/marks",
        "/staff/rounds/3",
        "/staff/figures",
        "/challenges/48/who-can",
    ],
    "admin@programme.example": ["/desk", "/staff/people", "/staff/people/1"],
    "auditor@programme.example": ["/desk", "/audit", "/audit/households", "/staff/scenarios"],
}
# Pages of what these people are writing, found through the list it stands in.
WRITING = {
    "lin@fuxiao.example": ("/my/bids", ("matrix", "offer", "solution", "files", "declare", "check")),
    "lu@yunque.example": (
        "/my/scenarios",
        ("task", "work", "requirements", "metrics", "site", "terms", "safety", "files", "submit"),
    ),
}
REFUSED = {("", "/nowhere"): 404, ("auditor@programme.example", "/staff/scenarios"): 403}
WIDTHS, THEMES, LANGUAGES = (1440, 768, 360), ("light", "dark"), ("zh", "en")


def _sign_in(page: Page, address: str, email: str) -> None:
    page.goto(f"{address}/zh/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def _written(page: Page, address: str, email: str) -> list[str]:
    """Addresses of the parts of a draft that this person is writing."""
    if email not in WRITING:
        return []
    where, parts = WRITING[email]
    page.goto(f"{address}/zh{where}")
    row = page.locator("main li, main tr, main article").filter(has_text="草稿").first
    href = row.locator("a").first.get_attribute("href") or ""
    whole = f"/{'/'.join(href.split('/')[2:4])}"
    return [whole, *(f"{whole}/edit/{part}" for part in parts)]


def _complaints(page: Page, name: str) -> list[str]:
    found = Axe().run(page).response["violations"]
    said = [f"{name}: axe {v['id']} {[n['target'] for n in v['nodes']][:3]}" for v in found]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        said.append(f"{name}: scrolls sideways")
    return said


def _name(email: str, path: str) -> str:
    return f"{email.partition('@')[0]}{path}".strip("/").replace("/", "-").replace("?", "-").replace("&", "-") or "home"


def _take(
    browser: Browser, address: str, email: str, paths: list[str], folder: Path, *, width: int, theme: str
) -> list[str]:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    complaints: list[str] = []
    if email:
        _sign_in(page, address, email)
    for path in paths + _written(page, address, email):
        for language in LANGUAGES:
            answer = page.goto(f"{address}/{language}{path}")
            if answer is None or answer.status != REFUSED.get((email, path), 200):
                complaints.append(f"{email or 'nobody'} does not get {path}: the demo has changed, change PAGES")
                print(complaints[-1], flush=True)
                break
            name = f"{_name(email, path)}-{language}-{width}-{theme}"
            page.screenshot(path=folder / f"{name}.png", full_page=True)
            for said in _complaints(page, name):
                print(said, flush=True)
                complaints.append(said)
    context.close()
    return complaints


def main() -> None:
    """Start a demo, walk through the pages, stop it."""
    only = sys.argv[sys.argv.index("--only") + 1].split(",") if "--only" in sys.argv else [""]
    folder = ROOT / "shots"
    folder.mkdir(exist_ok=True)
    complaints: list[str] = []
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright, ExitStack() as stack:
        address, process = start_site(Path(data) / "demo")
        stack.callback(stop_site, process)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        if "--readme" in sys.argv:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{address}/zh/")
            page.screenshot(path=ROOT / "docs/home.png")
        else:
            for email, paths in PAGES.items():
                wanted = [p for p in paths if any(word in f"{email}{p}" for word in only)]
                if not wanted:
                    continue
                for width in WIDTHS:
                    for theme in THEMES:
                        complaints += _take(browser, address, email, wanted, folder, width=width, theme=theme)
        browser.close()
    print(f"written to {ROOT / 'docs/home.png' if '--readme' in sys.argv else folder}; {len(complaints)} complaints")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
