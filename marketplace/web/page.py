"""Rendering a page with the status that its form calls for."""

from __future__ import annotations

from typing import Any

from flask import render_template

from marketplace.kernel.db import session
from marketplace.web.forms import Form


def page(template: str, *, form: Form | None = None, status: int | None = None, **context: Any) -> tuple[str, int]:
    """The template with ``form``; 422 or 409 when the form was refused, so that machines see it too."""
    code = form.status if form is not None and form.status != 200 else status or 200
    if code in (409, 422):
        session().rollback()
    return render_template(template, form=form, **context), code
