"""Leasing threads to workers: one at a time, the worst first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from bot.records import threads
from bot.records.models import Thread
from bot.records.threads import LeaseLost
from tests.factories import NOW, Clinic


def lease(sessions: sessionmaker[Session], now=NOW, seconds: float = 20) -> threads.Lease | None:
    with sessions.begin() as session:
        return threads.lease_next(session, worker="worker", now=now, seconds=seconds)


def test_the_thread_with_the_most_severe_waiting_message_is_leased_first(sessions, clinic: Clinic):
    harmless = clinic.text(clinic.patient().phone, "good morning")
    fever = clinic.text(clinic.patient().phone, "my temp is 101.5")
    chest = clinic.text(clinic.patient().phone, "my chest hurts")
    taken = [lease(sessions).thread_id for _ in range(3)]
    assert taken == [chest.thread_id, fever.thread_id, harmless.thread_id]


def test_of_equal_threads_the_one_that_waits_longest_is_leased_first(sessions, clinic: Clinic):
    first, second = (clinic.text(clinic.patient().phone, "good morning") for _ in range(2))
    assert [lease(sessions).thread_id for _ in range(2)] == [first.thread_id, second.thread_id]


def test_a_leased_thread_is_not_leased_again_before_its_time_is_over(sessions, clinic: Clinic):
    clinic.text(clinic.patient().phone, "my chest hurts")
    assert lease(sessions) is not None
    assert lease(sessions, NOW + timedelta(seconds=19)) is None
    assert lease(sessions, NOW + timedelta(seconds=20)) is not None


def test_whoever_lost_the_lease_can_store_nothing(sessions, clinic: Clinic):
    clinic.text(clinic.patient().phone, "my chest hurts")
    lost = lease(sessions)
    held = lease(sessions, NOW + timedelta(seconds=21))
    with sessions.begin() as session, pytest.raises(LeaseLost):
        threads.hold(session, lost)
    with sessions.begin() as session:
        assert threads.hold(session, held).id == held.thread_id


def test_a_thread_that_somebody_is_changing_does_not_hold_the_others_up(postgres_url):
    """On PostgreSQL a locked row is skipped; on SQLite one writer at a time is the rule anyway."""
    from bot.records.database import create_engine_for, session_factory
    from tests.factories import SetClock

    engine = create_engine_for(postgres_url)
    sessions = session_factory(engine)
    clinic = Clinic(sessions, SetClock())
    chest = clinic.text(clinic.patient().phone, "my chest hurts")
    other = clinic.text(clinic.patient().phone, "good morning")
    with sessions.begin() as session:
        threads.lock(session, chest.thread_id)
        taken = lease(sessions)
    assert taken is not None
    assert taken.thread_id == other.thread_id
    engine.dispose()


def test_two_who_create_the_same_thread_get_the_same(sessions, clinic: Clinic):
    ids = set()
    for _ in range(2):
        with sessions.begin() as session:
            ids.add(
                threads.get_or_create(
                    session, key="sms:+15550100777", organization_id=clinic.organization.id, patient_id=None, now=NOW
                ).id
            )
    assert len(ids) == 1
    with sessions() as session:
        assert session.query(Thread).count() == 1
