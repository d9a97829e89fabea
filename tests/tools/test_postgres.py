"""The tests find a PostgreSQL, make one of their own, or go without and say so."""

from __future__ import annotations

import sys
from pathlib import Path

import psycopg
import pytest

from tools import postgres
from tools.problems import SetupError

PYTHON = Path(sys.executable)
NOWHERE = "postgresql+psycopg://postgres@127.0.0.1:1/postgres"


@pytest.fixture(autouse=True)
def nothing_is_running(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(postgres.VARIABLE, raising=False)
    monkeypatch.setattr(postgres, "LOCAL_URL", NOWHERE)


@pytest.fixture
def programs() -> None:
    if postgres._programs() is None:
        pytest.skip("PostgreSQL's programs are not installed (apt-get install postgresql)")


def asked(url: str) -> object:
    with psycopg.connect(url.replace("+psycopg", ""), connect_timeout=5) as connection:
        row = connection.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    assert row is not None
    return row[0]


@pytest.mark.live
@pytest.mark.usefixtures("programs")
def test_a_cluster_of_its_own_is_made_and_stopped_afterwards() -> None:
    with postgres.available(PYTHON, lambda package: False) as url:
        assert url is not None
        assert asked(url) is True
    with pytest.raises(psycopg.OperationalError):
        asked(url)


@pytest.mark.live
@pytest.mark.usefixtures("programs")
def test_the_one_that_is_named_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with postgres.available(PYTHON, lambda package: False) as running:
        assert running is not None
        monkeypatch.setenv(postgres.VARIABLE, running)
        with postgres.available(PYTHON, lambda package: False) as found:
            assert found == running


def test_without_programs_they_are_installed_or_their_absence_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted: list[str] = []
    monkeypatch.setattr(postgres, "_programs", lambda: None)
    with postgres.available(PYTHON, lambda package: bool(wanted.append(package))) as url:
        assert url is None
    assert wanted == ["postgresql"]
    assert "SQLite alone" in capsys.readouterr().out


def test_a_cluster_that_would_not_start_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "initdb").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "initdb").chmod(0o755)
    tmp_path.chmod(0o755)
    monkeypatch.setattr(postgres, "_programs", lambda: tmp_path)
    with pytest.raises(SetupError, match="would not start"), postgres.available(PYTHON, lambda package: False):
        pass
