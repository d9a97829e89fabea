"""`nurse` makes accounts with a random password that is printed once and stored only as a hash."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.conversation.clock import SystemClock
from bot.records.models import AuditEvent, Practitioner
from tests.commands.conftest import CommandLine

ADD = ("nurse", "add", "--email", "Ana@clinic.example", "--name", "Ana Ruiz")


def only_nurse(sessions: sessionmaker[Session]) -> Practitioner:
    with sessions() as session:
        return session.scalars(select(Practitioner)).one()


def test_a_new_nurse_gets_a_random_password(bot: CommandLine, sessions: sessionmaker[Session]) -> None:
    result = bot(*ADD)
    password = result.output.splitlines()[0]
    nurse = only_nurse(sessions)
    assert result.exit_code == 0, result.output
    assert len(password) >= 20
    assert nurse.email == "ana@clinic.example"
    assert nurse.password is not None
    assert password not in nurse.password
    assert "argon2" in nurse.password


def test_the_same_address_twice_is_refused(bot: CommandLine, sessions: sessionmaker[Session]) -> None:
    bot(*ADD)
    result = bot(*ADD)
    assert result.exit_code == 1
    assert "--email has an account already." in result.output


def test_a_new_password_ends_sessions_and_lifts_a_lock(bot: CommandLine, sessions: sessionmaker[Session]) -> None:
    bot(*ADD)
    with sessions.begin() as session:
        nurse = session.scalars(select(Practitioner)).one()
        nurse.failed_logins, nurse.locked_until = 5, SystemClock().now() + timedelta(hours=1)
    before = only_nurse(sessions)
    result = bot("nurse", "password", "--email", "ana@CLINIC.example")
    after = only_nurse(sessions)
    assert result.exit_code == 0, result.output
    assert after.password != before.password
    assert after.fs_uniquifier != before.fs_uniquifier
    assert (after.failed_logins, after.locked_until) == (0, None)
    with sessions() as session:
        assert "practitioner.password_reset" in session.scalars(select(AuditEvent.action)).all()


def test_an_unknown_address_is_refused(bot: CommandLine, sessions: sessionmaker[Session]) -> None:
    result = bot("nurse", "password", "--email", "nobody@clinic.example")
    assert result.exit_code == 1
    assert "no nurse signs in with this address" in result.output


def test_without_a_salt_no_password_is_made(
    bot: CommandLine, sessions: sessionmaker[Session], environment: pytest.MonkeyPatch
) -> None:
    environment.delenv("PASSWORD_SALT")
    result = bot(*ADD)
    assert result.exit_code == 1
    assert "PASSWORD_SALT" in result.output
