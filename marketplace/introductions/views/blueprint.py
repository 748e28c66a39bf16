"""The blueprint of introductions."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("introductions", __name__)
