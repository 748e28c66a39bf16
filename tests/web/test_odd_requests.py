"""Requests that no browser sends are refused in plain words, whatever part of them is odd."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

B = "frontier"


@pytest.mark.parametrize("host", ["..", ".site.example", "x" * 5000, "[::1", "a b"])
@pytest.mark.parametrize("path", ["/zh/", "/en/desk", "/healthz", "/static/css/site.css", "/zh/nothing"])
def test_a_host_that_cannot_be_read_is_refused_without_a_page(client: FlaskClient, host: str, path: str) -> None:
    answer = client.get(path, headers={"Host": host})
    assert answer.status_code < 500
    if host == "..":
        assert (answer.status_code, answer.mimetype) == (400, "text/plain")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def _parts(*heads: str) -> bytes:
    return "".join(f"--{B}\r\n{head}\r\n\r\nx\r\n" for head in heads).encode() + f"--{B}--\r\n".encode()


@pytest.mark.parametrize("head", ["Content-Disposition: form-data", 'Content-Disposition: form-data; filename="a.pdf"'])
def test_a_part_without_a_name_is_nobodys_field(app: Flask, client: FlaskClient, head: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    body = _parts(head, 'Content-Disposition: form-data; name="email"')
    answer = client.post("/zh/sign-in", data=body, content_type=f"multipart/form-data; boundary={B}")
    app.config["WTF_CSRF_ENABLED"] = False
    assert (answer.status_code, answer.location) == (302, "/zh/")
