"""Run by Alembic: migrates over the connection that it is given, or the one that DATABASE_URL names."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import Connection, text

from bot.records.database import create_engine_for
from bot.records.models import Base

#: Any fixed number: processes that start together take turns.
_LOCK = 7_301_554


def run(connection: Connection) -> None:
    """All steps in one transaction: a failing step leaves the database as it was."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transactional_ddl=True,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    context.run_migrations()
    connection.commit()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = create_engine_for(os.environ["DATABASE_URL"])
    with engine.connect() as own:
        run(own)
