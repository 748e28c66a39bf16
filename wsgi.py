"""The application for a WSGI server: ``gunicorn wsgi:app``."""

from marketplace.app import create_app
from marketplace.matching.market import warm

app = create_app()
warm(app)
