"""Before every page of the console: a login, a role, a session in use. Refusals lose nothing that was typed."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import auth_required, current_user, logout_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import Forbidden, NotFound

from bot.console import idle
from bot.console.auth import STAFF
from bot.conversation.services import services

#: A page that refreshes itself says with this header whether the nurse has touched it since the last time.
ACTIVE_HEADER = "X-Recovery-Active"


def protect(blueprint: Blueprint) -> None:
    """Refuse every request of the blueprint that is not a signed-in nurse's; nothing in it can forget to."""
    blueprint.before_request(require_nurse)
    blueprint.register_error_handler(404, not_found)
    blueprint.register_error_handler(403, forbidden)


def init_app(app: Flask) -> None:
    """Answer forms that come without a valid token: most often the session ended while the page was open."""
    app.register_error_handler(CSRFError, form_refused)


@auth_required("session")  # type: ignore[untyped-decorator]
def require_nurse() -> ResponseReturnValue | None:
    """Let a nurse through whose session is in use; end one that was left alone."""
    now = services().clock.now()
    if idle.expired(now):
        logout_user()
        return signed_out()
    if not any(current_user.has_role(role) for role in STAFF):
        abort(403)
    if not _refreshes_itself() or request.headers.get(ACTIVE_HEADER) == "1":
        idle.touch(now)
    return None


def signed_out() -> ResponseReturnValue:
    """The answer to a request whose session has ended."""
    if _refreshes_itself():
        return jsonify(error="signed out"), 401
    if request.method == "POST":
        return _not_saved(401)
    flash("You were signed out because the console was not used for a while.", "info")
    return redirect(url_for("security.login", next=request.full_path.rstrip("?")))


def form_refused(error: CSRFError) -> ResponseReturnValue:
    """A form without a valid token: for the console with what was typed, for the login with a fresh page."""
    if request.endpoint == "security.login":
        flash("That page was open for too long. Sign in again.", "info")
        return redirect(url_for("security.login"), 303)
    if request.endpoint == "security.logout":
        return redirect(url_for("security.login"), 303)
    if request.blueprint == "console":
        return _not_saved(400)
    return make_response(f"{error.code} {error.description}\n", 400, {"Content-Type": "text/plain"})


def not_found(_error: NotFound) -> ResponseReturnValue:
    return render_template("console/message.html", title="Not found", text="There is no such page in your clinic."), 404


def forbidden(_error: Forbidden) -> ResponseReturnValue:
    return render_template("console/message.html", title="No access", text="Your account has no role here."), 403


def _not_saved(status: int) -> ResponseReturnValue:
    typed = [text for name in ("reason", "body") if (text := request.form.get(name, "").strip())]
    return render_template("console/signed_out.html", typed=typed), status


def _refreshes_itself() -> bool:
    return request.path.endswith(".json")
