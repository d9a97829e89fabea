"""`python -m bot nurse`: who may sign in to the console."""

from __future__ import annotations

import secrets
import uuid

import click
from sqlalchemy import func, select

from bot.commands.support import clinic_or_exit, open_sessions, settings_or_exit
from bot.console.practitioners import PractitionerError, add_practitioner, hash_for_login
from bot.conversation.clock import SystemClock
from bot.records import audit
from bot.records.models import Practitioner
from bot.settings import Settings

SHOWN_ONCE = "The password is shown only now."


@click.group()
def nurse() -> None:
    """Look after the nurses' accounts."""


@nurse.command()
@click.option("--email", required=True, help="The address to sign in with.")
@click.option("--name", required=True, help="The name that patients and colleagues see.")
def add(email: str, name: str) -> None:
    """Add a nurse and print a random password, once."""
    settings = _settings_with_salt()
    password = secrets.token_urlsafe(15)
    with open_sessions(settings) as sessions, sessions() as session:
        clinic = clinic_or_exit(session)
        try:
            add_practitioner(
                session,
                organization_id=clinic.id,
                name=name,
                email=email,
                password=password,
                password_salt=settings.password_salt,
                now=SystemClock().now(),
            )
            session.commit()
        except PractitionerError as error:
            raise click.ClickException(f"--{error.field} {error.message}.") from None
    click.echo(f"{password}\n{SHOWN_ONCE}")


@nurse.command()
@click.option("--email", required=True, help="The address that the nurse signs in with.")
def password(email: str) -> None:
    """Give a nurse a new random password, printed once; sessions that are open end."""
    settings = _settings_with_salt()
    fresh = secrets.token_urlsafe(15)
    with open_sessions(settings) as sessions, sessions() as session:
        found = session.scalar(select(Practitioner).where(func.lower(Practitioner.email) == email.strip().lower()))
        if found is None:
            raise click.ClickException("--email: no nurse signs in with this address.")
        found.password = hash_for_login(fresh, settings.password_salt)
        found.fs_uniquifier = uuid.uuid4().hex
        found.failed_logins, found.locked_until = 0, None
        audit.record(
            session,
            actor="system:accounts",
            action="practitioner.password_reset",
            entity="practitioner",
            entity_id=found.id,
            detail={},
            now=SystemClock().now(),
        )
        session.commit()
    click.echo(f"{fresh}\n{SHOWN_ONCE}")


def _settings_with_salt() -> Settings:
    settings = settings_or_exit()
    if not settings.password_salt.get_secret_value():
        raise click.ClickException("PASSWORD_SALT is not set: passwords cannot be kept safely without it.")
    return settings
