"""Opening, migrating and checking the database, on SQLite and on PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from bot.records import threads
from bot.records.database import DatabaseNotReady, check_ready, create_engine_for, migrate, session_factory, upgrade
from bot.records.models import Base, Organization, Thread
from tests.databases import PostgresServer
from tests.factories import NOW, make_organization, make_patient, make_thread


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path):
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'folder' / 'empty.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.empty_database() as url:
        yield url


def test_models_and_migrations_agree(engine: Engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_an_empty_database_goes_up_down_and_up_again(empty_url: str):
    upgrade(empty_url)
    engine = create_engine_for(empty_url)
    assert {"communication", "flag_event"} <= set(inspect(engine).get_table_names())
    migrate(empty_url, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    upgrade(empty_url)
    check_ready(engine)
    engine.dispose()


def test_two_processes_may_upgrade_at_once(empty_url: str):
    command = [sys.executable, "-c", f"from bot.records.database import upgrade; upgrade({empty_url!r})"]
    started = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate(timeout=60)[1].decode() for process in started]
    assert [process.returncode for process in started] == [0, 0], said
    engine = create_engine_for(empty_url)
    check_ready(engine)
    engine.dispose()


def test_a_database_without_tables_is_not_ready(empty_url: str):
    engine = create_engine_for(empty_url)
    with pytest.raises(DatabaseNotReady, match="database upgrade"):
        check_ready(engine)
    engine.dispose()


def test_a_server_that_does_not_answer_is_not_ready():
    engine = create_engine_for("postgres://nobody@127.0.0.1:1/nothing")
    with pytest.raises(OperationalError):
        check_ready(engine)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_a_postgresql_address_means_psycopg(scheme: str):
    assert create_engine_for(f"{scheme}://u@127.0.0.1/d").driver == "psycopg"


@pytest.mark.parametrize("table", ["audit_event", "flag_event"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_audit_rows_can_neither_be_changed_nor_removed(engine: Engine, table: str, change: str):
    add_one = {
        "audit_event": "INSERT INTO audit_event (recorded_at, actor, action, entity, detail) "
        "VALUES (CURRENT_TIMESTAMP, 'system:test', 'tested', 'nothing', '{}')",
        "flag_event": "INSERT INTO flag_event (flag_id, event, to_state, level, recorded_at) "
        "VALUES (:flag, 'opened', 'open', 'urgent', CURRENT_TIMESTAMP)",
    }[table]
    with session_factory(engine).begin() as session:
        flag = _flag_id(session)
        session.execute(text(add_one), {"flag": flag} if table == "flag_event" else {})
    with engine.begin() as connection, pytest.raises(Exception, match="append-only"):
        connection.execute(text(change.format(table)))
    with engine.connect() as connection:
        assert connection.scalar(text(f"SELECT count(*) FROM {table}")) >= 1


def test_postgresql_refuses_to_empty_the_audit(postgres_url: str):
    engine = create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection, pytest.raises(Exception, match="append-only"):
        connection.execute(text("TRUNCATE audit_event"))
    engine.dispose()


def test_a_transaction_that_reads_first_and_writes_later_does_not_fail_when_another_wrote_in_between(
    sessions: sessionmaker[Session],
):
    with sessions.begin() as session:
        make_organization(session)
    with sessions() as first:
        seen = first.query(Organization).one()
        with sessions.begin() as second:
            second.query(Organization).one().name = "Renamed"
        seen.phone = "+15550100111"
        first.commit()
    with sessions() as session:
        assert session.query(Organization).one().name == "Renamed"


def test_two_who_lock_a_thread_take_turns(sessions: sessionmaker[Session]):
    """Neither change is lost: the second reads what the first wrote."""
    with sessions.begin() as session:
        thread_id = make_thread(session, make_patient(session, make_organization(session))).id

    def add_one() -> None:
        for _ in range(10):
            with sessions.begin() as session:
                thread = threads.lock(session, thread_id)
                thread.dialogue = {"count": thread.dialogue.get("count", 0) + 1}

    workers = [threading.Thread(target=add_one) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with sessions() as session:
        assert session.get_one(Thread, thread_id).dialogue == {"count": 30}


def test_a_row_that_points_nowhere_is_refused(session: Session):
    session.add(Thread(organization_id=999, key="patient:1", dialogue={}, created_at=NOW))
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        session.flush()


def _flag_id(session: Session) -> int:
    from bot.records import episodes, flags

    thread = make_thread(session, make_patient(session, make_organization(session)))
    episode = episodes.add(session, thread=thread, level="urgent", findings=["fever"], now=NOW)
    raised = flags.raise_flag(
        session, thread=thread, episode=episode, level="urgent", findings=["fever"], reason="finding",
        communication_id=None, now=NOW,
    )
    return raised.flag.id
