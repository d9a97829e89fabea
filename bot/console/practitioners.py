"""New accounts for the console. There is no page for it: an administrator's command and the demo data make them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Protocol

from flask import Flask
from flask_security import Security, UserDatastore, hash_password
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.console.account import Account, AccountRole
from bot.console.auth import STAFF, settings_of_flask_security
from bot.records import audit
from bot.records.models import Practitioner, Role

SHORTEST_PASSWORD = 12


class PractitionerError(Exception):
    """The account cannot be made. `field` is what is wrong with it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field} {message}")
        self.field = field
        self.message = message


class HasSalt(Protocol):
    """The part of the settings that hashing needs."""

    def get_secret_value(self) -> str: ...


def add_practitioner(
    session: Session,
    *,
    organization_id: int,
    name: str,
    email: str,
    password: str,
    password_salt: HasSalt,
    now: datetime,
    role: str = "nurse",
) -> Practitioner:
    """Add one who may sign in, with a role that is made if it is missing. Raises PractitionerError."""
    email = email.strip().lower()
    if "@" not in email:
        raise PractitionerError("email", "must be an e-mail address")
    if session.scalar(select(Practitioner.id).where(func.lower(Practitioner.email) == email)) is not None:
        raise PractitionerError("email", "has an account already")
    if len(password) < SHORTEST_PASSWORD:
        raise PractitionerError("password", f"must have at least {SHORTEST_PASSWORD} characters")
    if role not in STAFF:
        raise PractitionerError("role", f"must be one of {', '.join(STAFF)}")
    practitioner = Practitioner(
        organization_id=organization_id, name=name, email=email, password=hash_for_login(password, password_salt),
        active=True, fs_uniquifier=uuid.uuid4().hex, failed_logins=0, created_at=now,
    )
    practitioner.roles.append(session.scalar(select(Role).where(Role.name == role)) or Role(name=role, permissions=[]))
    session.add(practitioner)
    session.flush()
    audit.record(
        session, actor="system:accounts", action="practitioner.added", entity="practitioner",
        entity_id=practitioner.id, detail={"role": role}, now=now,
    )
    return practitioner


def hash_for_login(password: str, password_salt: HasSalt) -> str:
    """The password as the login compares it: Flask-Security's own hash, made under an app that serves nothing."""
    app = Flask(__name__)
    app.config["SECRET_KEY"] = "unused: this app signs nothing"  # noqa: S105
    app.config.update(settings_of_flask_security(password_salt.get_secret_value()))
    security = Security(app, UserDatastore(Account, AccountRole), register_blueprint=False)
    with app.app_context():
        return str(hash_password(security._password_util.normalize(password)))
