"""What the site's own scripts are told: where a form leads, instead of being led there unseen."""

from __future__ import annotations

from flask import Flask, json, request
from werkzeug.wrappers import Response

HEADER = "X-Script"


def start(app: Flask) -> None:
    """Answer a script's form as JSON with ``to`` in place of a redirect, so that the next page's message is for the person."""

    @app.after_request
    def tell(response: Response) -> Response:
        if request.headers.get(HEADER) == "1" and response.status_code in (302, 303) and response.location:
            where = response.location
            response.headers.pop("Location")
            response.status_code = 200
            response.mimetype = "application/json"
            response.set_data(json.dumps({"to": where}))
        return response
