"""`database upgrade` makes the tables; every other command says plainly when they cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.conftest import CommandLine


def test_the_tables_are_made_and_a_second_time_changes_nothing(
    bot: CommandLine, environment: pytest.MonkeyPatch
) -> None:
    assert bot("database", "upgrade").exit_code == 0
    assert bot("queue").output == "No open flags.\n"
    assert bot("database", "upgrade").exit_code == 0


def test_a_folder_that_is_missing_is_made(
    bot: CommandLine, environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'deep' / 'down' / 'recovery.db'}")
    assert bot("database", "upgrade").exit_code == 0


def test_a_database_without_tables_is_told_with_the_command_that_makes_them(
    bot: CommandLine, environment: pytest.MonkeyPatch
) -> None:
    result = bot("queue")
    assert result.exit_code == 1
    assert "python -m bot database upgrade" in result.output


@pytest.mark.parametrize("url", ["nonsense", "oracle://somewhere/db"])
def test_an_address_that_is_no_database_is_refused_by_its_variable(
    bot: CommandLine, environment: pytest.MonkeyPatch, url: str
) -> None:
    environment.setenv("DATABASE_URL", url)
    for command in (["queue"], ["database", "upgrade"]):
        result = bot(*command)
        assert result.exit_code == 1
        assert "DATABASE_URL is not the address" in result.output


def test_a_server_that_is_down_is_told_without_its_password(
    bot: CommandLine, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("DATABASE_URL", "postgresql+psycopg://recovery:hidden-word@127.0.0.1:1/recovery")
    for command in (["queue"], ["database", "upgrade"]):
        result = bot(*command)
        assert result.exit_code == 1
        assert "127.0.0.1:1/recovery" in result.output
        assert "hidden-word" not in result.output


def test_an_impossible_setting_is_named(bot: CommandLine, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("WORKER_THREADS", "many")
    result = bot("queue")
    assert result.exit_code == 1
    assert "WORKER_THREADS" in result.output
