"""Fixtures for tests on the records: a fresh migrated database on SQLite and on PostgreSQL, sessions, a clock."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

if importlib.util.find_spec("rasa") is None:  # Rasa's own environment has another SQLAlchemy, and no records
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session, sessionmaker

    from bot.records.database import create_engine_for, session_factory, upgrade
    from tests.databases import PostgresServer, postgres_server
    from tests.factories import Clinic, SetClock


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated and empty SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "recovery.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The PostgreSQL of this machine, with a database of a random name; skips where there is none."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """A fresh SQLite database."""
    copy = tmp_path / "recovery.db"
    shutil.copyfile(migrated_sqlite, copy)
    return f"sqlite:///{copy}"


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> str:
    """A migrated and empty PostgreSQL database: the same one for each test, emptied before."""
    postgres.clean()
    return postgres.migrated


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated and empty database: each test that asks for it runs on both kinds."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = create_engine_for(database_url)
    yield made
    made.dispose()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    return session_factory(engine)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """One session, rolled back at the end unless the test commits."""
    with sessions() as opened:
        yield opened


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def clinic(sessions: sessionmaker[Session], clock: SetClock) -> Clinic:
    """A clinic in the database, to which a test adds patients and messages."""
    return Clinic(sessions, clock)
