"""Databases for tests: PostgreSQL databases under random names, dropped when the tests are over."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from bot.records.database import upgrade
from bot.records.models import Base

#: Where PostgreSQL is looked for, unless TEST_POSTGRES_URL names another place.
LOCAL = "postgresql://postgres@127.0.0.1:5432/postgres"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A server on which databases may be made. `migrated` is the address of one that the tests take turns in."""

    url: str
    migrated: str

    @contextmanager
    def empty_database(self) -> Iterator[str]:
        """A database of its own without any table."""
        with _database(self.url) as made:
            yield made

    def clean(self) -> None:
        """Empty the migrated database, of the audit rows too: a superuser may switch the triggers off for itself."""
        with psycopg.connect(self.migrated, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            connection.execute("SET session_replication_role = replica")
            for table in Base.metadata.tables:
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """The server; skips the test where there is none, fails it under REQUIRE_ALL=1."""
    url = os.environ.get("TEST_POSTGRES_URL", LOCAL).replace("+psycopg", "")
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        reason = f"PostgreSQL is not reachable; start it or set TEST_POSTGRES_URL ({type(error).__name__})"
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with _database(url) as migrated:
        upgrade(migrated)
        yield PostgresServer(url, migrated)


@contextmanager
def _database(server: str) -> Iterator[str]:
    name = f"recovery_test_{secrets.token_hex(6)}"
    _run(server, "CREATE DATABASE {}", name)
    _run(server, "ALTER DATABASE {} SET synchronous_commit = off", name)  # tests do not outlive a power cut
    try:
        yield _url_of(server, name)
    finally:
        _run(server, "DROP DATABASE {} WITH (FORCE)", name)


def _url_of(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _run(url: str, statement: str, *names: str) -> None:
    with psycopg.connect(url, autocommit=True, connect_timeout=3) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
