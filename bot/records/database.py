"""How the database is opened, brought up to date and asked whether it is there: SQLite and PostgreSQL alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session, sessionmaker

MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_SECONDS = 15
#: A process that hangs inside a transaction must not hold a patient's thread for ever.
_POSTGRES_OPTIONS = "-c lock_timeout=15000 -c idle_in_transaction_session_timeout=60000 -c timezone=UTC"
_READS = ("SELECT", "PRAGMA", "EXPLAIN", "BEGIN", "VALUES")


class DatabaseNotReady(Exception):
    """The database answers but its tables are not those of this version; the message says what to run."""


def create_engine_for(url: str) -> Engine:
    """The engine for a database URL; `postgres://` and `postgresql://` both mean psycopg."""
    parsed = _with_driver(make_url(url))
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": _BUSY_SECONDS})
        _prepare_sqlite(engine)
        return engine
    return create_engine(
        parsed, pool_pre_ping=True, pool_size=10, max_overflow=20, connect_args={"options": _POSTGRES_OPTIONS}
    )


def session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions on the engine. Objects stay readable after a commit: a turn goes on with what it has read."""
    return sessionmaker(engine, expire_on_commit=False)


def upgrade(url: str) -> None:
    """Bring the tables to this version; two processes may call it at once."""
    migrate(url, "head")


def migrate(url: str, revision: str) -> None:
    """Go up or down to a revision (`head`, `base`, or an id)."""
    engine = create_engine_for(url)
    try:
        with engine.connect() as connection:
            config = alembic_config(connection)
            if revision == "base":
                command.downgrade(config, revision)
            else:
                command.upgrade(config, revision)
    finally:
        engine.dispose()


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration, bound to a connection; env.py takes it from there."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def check_ready(engine: Engine) -> None:
    """Raises SQLAlchemyError where the database does not answer, DatabaseNotReady where it is not of this version."""
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        current = MigrationContext.configure(connection).get_current_revision()
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    if current != head:
        raise DatabaseNotReady(
            f"The database is at version {current or 'none'}, {head} is needed: run `python -m bot database upgrade`."
        )


def _with_driver(url: URL) -> URL:
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgres", "postgresql") else url


def _prepare_sqlite(engine: Engine) -> None:
    """Make SQLite behave like PostgreSQL's READ COMMITTED, with one writer at a time that waits instead of failing.

    A transaction that reads first and writes later may fail at once in SQLite when somebody else wrote in between. So
    none is begun for reads; the first write, or SELECT … FOR UPDATE, begins one that has the write lock from the start.
    """

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, record: object) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={_BUSY_SECONDS * 1000}")
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "before_cursor_execute")
    def _lock_before_writing(
        connection: Connection,
        cursor: sqlite3.Cursor,
        statement: str,
        parameters: Mapping[str, Any],
        context: Any,
        executemany: bool,
    ) -> None:
        if cursor.connection.in_transaction:
            return
        compiled = getattr(context, "compiled", None)
        locks = getattr(getattr(compiled, "statement", None), "_for_update_arg", None) is not None
        if locks or not statement.lstrip().upper().startswith(_READS):
            cursor.execute("BEGIN IMMEDIATE")
