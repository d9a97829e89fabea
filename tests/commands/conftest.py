"""A database of its own for each test of a command, named to the command by the environment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session, sessionmaker

from bot.cli import main
from bot.records.database import create_engine_for, session_factory, upgrade
from bot.records.models import Organization
from bot.settings import Settings
from tests.channels.support import CLINIC_PHONE, CLINIC_SMS, NOW

SECRETS = {
    "SECRET_KEY": "a secret key of the tests",
    "PASSWORD_SALT": "a salt of the tests",
    "AGENT_CHANNEL_KEY": "a channel key of the tests",
    "TWILIO_AUTH_TOKEN": "a token of the tests",
}


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that describes a service on an empty database; returns what changes it further."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in {**SECRETS, "DATABASE_URL": f"sqlite:///{tmp_path / 'recovery.db'}"}.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.fixture
def sessions(environment: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[sessionmaker[Session]]:
    """The same database as the command's, with one clinic in it."""
    url = f"sqlite:///{tmp_path / 'recovery.db'}"
    upgrade(url)
    engine = create_engine_for(url)
    factory = session_factory(engine)
    with factory.begin() as session:
        session.add(
            Organization(
                name="Riverside Spine Clinic",
                phone=CLINIC_PHONE,
                sms_number=CLINIC_SMS,
                timezone="America/New_York",
                answers={},
                created_at=NOW,
            )
        )
    yield factory
    engine.dispose()


class CommandLine:
    """`python -m bot`, called from a test."""

    def __call__(self, *arguments: str) -> Result:
        result = CliRunner().invoke(main, list(arguments), prog_name="python -m bot")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result


@pytest.fixture
def bot() -> CommandLine:
    """Calls a command and gives its result; what is no plain refusal is raised."""
    return CommandLine()
