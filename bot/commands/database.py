"""`python -m bot database`: the tables."""

from __future__ import annotations

import click
from alembic.util import CommandError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from bot.commands.support import settings_or_exit
from bot.records.database import upgrade as upgrade_database


@click.group()
def database() -> None:
    """Look after the database."""


@database.command()
def upgrade() -> None:
    """Bring the tables to this version of the product; makes them in an empty database."""
    url = settings_or_exit().database_url
    try:
        upgrade_database(url)
    except (ArgumentError, NoSuchModuleError, ImportError):
        raise click.ClickException("DATABASE_URL is not the address of a SQLite or PostgreSQL database.") from None
    except (SQLAlchemyError, CommandError, OSError) as error:
        shown = make_url(url).render_as_string(hide_password=True)
        raise click.ClickException(f"The database {shown} cannot be upgraded ({type(error).__name__}).") from error
    click.echo("The database is up to date.")
