"""The pages of scenarios."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("scenarios", __name__)
