"""Databases for tests: random PostgreSQL databases, each dropped when its test is over."""

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

#: Where PostgreSQL is looked for, unless TEST_POSTGRES_URL names another place.
LOCAL = "postgresql://postgres@127.0.0.1:5432/postgres"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A server on which databases may be made; `template` is the name of a migrated one."""

    url: str
    template: str

    @contextmanager
    def database(self, *, migrated: bool) -> Iterator[str]:
        """A database of its own for one test."""
        name = f"recovery_test_{secrets.token_hex(6)}"
        _run(self.url, "CREATE DATABASE {} TEMPLATE {}", name, self.template if migrated else "template1")
        try:
            yield _url_of(self.url, name)
        finally:
            _run(self.url, "DROP DATABASE {} WITH (FORCE)", name)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """The server; skips the test where there is none, fails it under REQUIRE_ALL=1."""
    url = os.environ.get("TEST_POSTGRES_URL", LOCAL).replace("+psycopg", "")
    template = f"recovery_template_{secrets.token_hex(6)}"
    try:
        _run(url, "CREATE DATABASE {}", template)
    except psycopg.OperationalError as error:
        reason = f"PostgreSQL is not reachable; start it or set TEST_POSTGRES_URL ({type(error).__name__})"
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    try:
        upgrade(_url_of(url, template))
        yield PostgresServer(url, template)
    finally:
        _run(url, "DROP DATABASE {} WITH (FORCE)", template)


def _url_of(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _run(url: str, statement: str, *names: str) -> None:
    with psycopg.connect(url, autocommit=True, connect_timeout=3) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
