"""What several commands share: the settings, the database, and plain sentences for what can go wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from bot.records.database import DatabaseNotReady, check_ready, create_engine_for, session_factory
from bot.records.models import Organization
from bot.records.people import NoOrganization, default_organization
from bot.settings import Settings, load_settings


def settings_or_exit() -> Settings:
    """The settings; an impossible one is named."""
    try:
        return load_settings()
    except ValidationError as error:
        names = ", ".join(str(problem["loc"][0]).upper() for problem in error.errors() if problem["loc"])
        raise click.ClickException(f"The environment holds an impossible value for {names or 'a setting'}.") from None


@contextmanager
def open_sessions(settings: Settings) -> Iterator[sessionmaker[Session]]:
    """Sessions on the database of the settings; one that cannot be used ends the command with a sentence."""
    try:
        engine = create_engine_for(settings.database_url)
    except (ArgumentError, NoSuchModuleError, ImportError):
        raise click.ClickException("DATABASE_URL is not the address of a SQLite or PostgreSQL database.") from None
    try:
        check_ready(engine)
        yield session_factory(engine)
    except DatabaseNotReady as error:
        raise click.ClickException(str(error)) from None
    except SQLAlchemyError as error:
        raise click.ClickException(
            f"The database {engine.url.render_as_string(hide_password=True)} cannot be used ({type(error).__name__}): "
            "is its server running, and may this user open it?"
        ) from error
    finally:
        engine.dispose()


def clinic_or_exit(session: Session) -> Organization:
    """The clinic that the command works for."""
    try:
        return default_organization(session)
    except NoOrganization:
        raise click.ClickException("There is no clinic in the database yet: `make run` makes a demo clinic.") from None
