"""Signing in: Flask-Security over the practitioners' table, and the settings that make it strict."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.globals import app_ctx
from flask_security import (
    LoginForm,
    Security,
    SQLAlchemySessionUserDatastore,
    user_authenticated,
)
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from bot.console import idle, lockout
from bot.console.account import Account, AccountRole
from bot.conversation.services import services
from bot.settings import Settings

#: Roles that may open the console.
STAFF = ("nurse", "admin")

#: How often one address may try to sign in; a clinic's nurses may share one.
ATTEMPTS = "30 per minute"

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SignInForm(LoginForm):  # type: ignore[misc]  # the form is untyped
    """E-mail and password. There is no "remember me": a shared desk must not stay signed in."""

    remember = None

    def validate(self, **kwargs: Any) -> bool:
        """Flask-Security's own checks; an unknown address leaves an audit row as a wrong password does."""
        valid: bool = super().validate(**kwargs)
        if not valid and self.ifield is not None and self.user is None:
            lockout.note_unknown(services())
        return valid


def settings_of_flask_security(password_salt: str) -> dict[str, Any]:
    """What differs from Flask-Security's defaults."""
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_SALT": password_salt,
        "SECURITY_PASSWORD_LENGTH_MIN": 12,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_MSG_GENERIC_AUTHN_FAILED": (
            "That e-mail and password do not fit, or the account is locked for a while after wrong passwords.", "error",
        ),
        "SECURITY_MSG_UNAUTHENTICATED": ("Sign in to see that page.", "info"),
        "SECURITY_LOGIN_USER_TEMPLATE": "console/login.html",
        "SECURITY_POST_LOGIN_VIEW": "/console/",
        "SECURITY_POST_LOGOUT_VIEW": "/login",
        # Sessions only: no tokens, no re-authentication page, no files of its own, no commands.
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_FRESHNESS": timedelta(minutes=-1),
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_STATIC_FOLDER_URL": None,
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        # An address is a name to sign in with; nothing is mailed to it, so a clinic's internal domain will do.
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"globally_deliverable": False},
    }


def init_app(app: Flask) -> None:
    """Put the login before the console. Needs CSRFProtect on the app already."""
    settings = services(app).settings
    app.config.update(settings_of_flask_security(settings.password_salt.get_secret_value()))
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=not on_loopback_http(settings),
        # The token lives as long as the session: what is typed into a page that was long open is not refused.
        WTF_CSRF_TIME_LIMIT=None,
    )
    session = request_sessions(services(app).sessions)
    app.teardown_appcontext(lambda _error: session.remove())
    Security(app, SQLAlchemySessionUserDatastore(session, Account, AccountRole), login_form=SignInForm)
    user_authenticated.connect(_signed_in, app)
    for limiter in app.extensions.get("limiter", ()):
        # Each attempt costs a slow hash: one address must not keep the service busy with them.
        login = app.view_functions["security.login"]
        app.view_functions["security.login"] = limiter.limit(ATTEMPTS, methods=["POST"])(login)


def on_loopback_http(settings: Settings) -> bool:
    """Whether browsers reach the service over plain HTTP on this machine, which takes no Secure cookie."""
    address = urlsplit(settings.public_base_url)
    return address.scheme == "http" and address.hostname in LOOPBACK


def request_sessions(sessions: sessionmaker[Session]) -> scoped_session[Session]:
    """One database session for each application context, as the datastore wants it."""
    return scoped_session(sessions, scopefunc=lambda: id(app_ctx._get_current_object()))  # type: ignore[attr-defined]


def _signed_in(app: Flask, user: Account, **_more: Any) -> None:
    lockout.note_success(services(app), user.id)
    idle.start(services(app).clock.now())
