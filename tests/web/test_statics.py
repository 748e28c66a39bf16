"""Static files: kept for a year under an address of their content, small on the wire, the same for everybody."""

from __future__ import annotations

import gzip
import re
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.web.statics import asset

GZIP = {"Accept-Encoding": "gzip"}


def _addresses(client: FlaskClient) -> list[str]:
    page = client.get("/zh/").text
    return re.findall(r'(?:href|src)="(/(?:static|bootstrap)/[^"#]+)', page)


def test_every_file_that_a_page_names_is_kept_for_a_year_under_the_address_of_its_content(client: FlaskClient) -> None:
    addresses = _addresses(client)
    assert len(addresses) > 5
    for address in addresses:
        answer = client.get(address)
        assert (answer.status_code, "?v=" in address) == (200, True), address
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable", address


def test_what_a_script_imports_is_kept_for_a_year_too_and_is_what_the_page_fetches_ahead(client: FlaskClient) -> None:
    page = client.get("/zh/").text
    script = re.findall(r'src="(/static/js/language[^"]+)', page)
    imported = re.findall(r'from "\./(typed\.mjs\?v=\w{12})"', client.get(script[0]).text)
    assert f'<link rel="modulepreload" href="/static/js/{imported[0]}">' in page
    assert "immutable" in client.get(f"/static/js/{imported[0]}").headers["Cache-Control"]


def test_a_page_asks_once_for_its_styles_and_gets_all_of_them(client: FlaskClient) -> None:
    folder = Path(client.application.static_folder or "") / "css"
    names = re.findall(r'@import "\./(.+)";', (folder / "site.css").read_text("utf-8"))
    sent = client.get("/static/css/site.css").text
    assert len(names) > 5
    assert "@import" not in sent
    assert all((folder / name).read_text("utf-8") in sent for name in names)
    assert sum("/css/" in address for address in _addresses(client)) == 2  # Bootstrap's and ours


@pytest.mark.parametrize(
    "address", ["/static/css/site.css/", "/static/nope/../css/site.css", "/static/nope/%2e%2e/css/site.css"]
)
def test_an_odd_address_is_that_file_or_none(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code in (200, 404)
    assert client.get("/static/css/../../config.py").status_code == 404


def test_a_file_that_is_put_together_is_whole_whatever_is_asked(client: FlaskClient) -> None:
    whole = client.get("/static/css/site.css")
    for headers in (
        {"Range": "bytes=0-99"},
        {"Range": "bytes=5000-"},
        {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
    ):
        again = client.get("/static/css/site.css", headers=headers)
        assert (again.status_code, again.data) == (200, whole.data)
    assert client.head("/static/css/site.css").headers["Content-Length"] == str(len(whole.data))


def test_a_script_has_a_new_address_when_what_it_imports_changes(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("language", "typed"):
        shutil.copy(f"{app.static_folder}/js/{name}.mjs", tmp_path)
    monkeypatch.setattr(app, "static_folder", str(tmp_path))
    with app.test_request_context():
        before = asset("language.mjs")
        (tmp_path / "typed.mjs").write_text("export const value = 1;")
        assert asset("language.mjs") != before


def test_an_address_without_its_content_s_mark_is_asked_for_again(client: FlaskClient) -> None:
    assert client.get("/static/css/site.css").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["/static/css/site.css", "/static/js/ask.mjs", "/static/img/icons.svg"])
def test_texts_are_sent_small_to_who_takes_it(client: FlaskClient, name: str) -> None:
    plain, small = client.get(name), client.get(name, headers=GZIP)
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == plain.data
    assert len(small.data) < len(plain.data) * 0.6
    assert "Accept-Encoding" in small.headers["Vary"]
    assert "Content-Encoding" not in plain.headers
    for sent, asked in ((plain, {}), (small, GZIP)):
        again = client.get(name, headers={**asked, "If-None-Match": sent.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_a_page_is_never_compressed_here_since_it_holds_a_token(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/zh/challenges?q=x", headers=GZIP).headers


def test_a_part_of_a_file_is_that_part(client: FlaskClient) -> None:
    answer = client.get("/static/img/icons.svg", headers=GZIP | {"Range": "bytes=0-9"})
    assert (answer.status_code, len(answer.data), "Content-Encoding" in answer.headers) == (206, 10, False)


def test_own_styles_and_scripts_stay_small(client: FlaskClient) -> None:
    own = {a for a in _addresses(client) if a.startswith("/static/") and re.search(r"\.(css|m?js)", a)}
    assert sum(len(gzip.compress(client.get(a).data)) for a in own) < 150 * 1024
