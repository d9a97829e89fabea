"""The app factory: settings checked, services wired, every room's pages registered."""

from __future__ import annotations

from flask import Flask, redirect, url_for
from flask_wtf import CSRFProtect
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.wrappers import Response

from bot import console
from bot.channels import errors, hardening, operations
from bot.channels.sms import webhooks
from bot.channels.web import api, limits, pages
from bot.conversation.clock import Clock, SystemClock
from bot.conversation.services import Services
from bot.records.database import create_engine_for, session_factory
from bot.settings import Settings, load_settings


def create_app(
    settings: Settings | None = None,
    *,
    sessions: sessionmaker[Session] | None = None,
    clock: Clock | None = None,
) -> Flask:
    """The WSGI application. Raises SettingsError where a secret is missing.

    Every form is under CSRF protection, except the two channels that carry their own proof of the sender: Twilio's
    signature and the chat token.
    """
    settings = (settings or load_settings()).check()
    app = Flask(__name__, static_folder=None)
    app.config["SECRET_KEY"] = settings.secret_key.get_secret_value()
    app.extensions["recovery"] = Services(
        settings=settings,
        sessions=sessions or session_factory(create_engine_for(settings.database_url)),
        clock=clock or SystemClock(),
    )
    errors.init_app(app)
    operations.init_app(app)
    hardening.init_app(app, settings)
    csrf = CSRFProtect(app)
    for blueprint in (webhooks.blueprint, api.blueprint):
        app.register_blueprint(blueprint)
        csrf.exempt(blueprint)
    app.register_blueprint(pages.blueprint)
    limits.init_app(app, settings)
    console.init_app(app)
    if settings.recovery_demo:
        from bot import demo  # noqa: PLC0415  outside the demo its code is not even loaded

        demo.init_app(app)
    app.add_url_rule("/", "index", _index)
    return app


def _index() -> Response:
    return redirect(url_for("chat_pages.chat"))
