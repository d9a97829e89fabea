"""The nurse's console: sign in, see who waits, read why, act."""

from __future__ import annotations

from flask import Blueprint, Flask

from bot.console import actions, auth, guard
from bot.console.pages import blueprint

__all__ = ["actions", "init_app"]

#: Style and script. They hold no patient's data, and the login page needs them before anyone is signed in.
assets = Blueprint("console_assets", __name__, static_folder="static", static_url_path="/console/static")


def init_app(app: Flask) -> None:
    """Register the login and the pages. The app needs its services and CSRFProtect first."""
    auth.init_app(app)
    guard.init_app(app)
    app.register_blueprint(assets)
    app.register_blueprint(blueprint)
