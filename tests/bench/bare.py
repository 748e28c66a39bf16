"""The site with a yardstick beside it: `/bare/<page>` renders the same templates from the contexts of the real page.

What other features put on a page is a template of its own, rendered before the page's: the yardstick renders it too.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from flask import Flask, abort, g, request, template_rendered

from tests.bench.town import open_town

_contexts: dict[str, list[tuple[Any, dict[str, Any]]]] = {}


def _remember(_sender: Flask, template: Any, context: dict[str, Any], **_others: Any) -> None:
    if not request.path.startswith("/bare/"):
        g.setdefault("rendered", []).append((template, dict(context)))
        _contexts[request.path] = g.rendered


def create() -> Flask:
    """The application for the web server; the town's folder comes from the environment."""
    app = open_town(Path(os.environ["BENCH_TOWN"]))
    template_rendered.connect(_remember, app, weak=False)

    @app.get("/bare/<path:page>")
    def bare(page: str) -> str:
        known = _contexts.get(f"/{page}")
        if known is None:
            abort(404)
        return [str(template.render(context)) for template, context in known][-1]

    return app
