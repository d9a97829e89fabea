"""`demo seed` fills an empty database once, and only where the demo is on."""

from __future__ import annotations

import pytest

from tests.commands.conftest import CommandLine


@pytest.fixture
def empty(bot: CommandLine, environment: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    bot("database", "upgrade")
    return environment


def test_outside_the_demo_it_is_refused(bot: CommandLine, empty: pytest.MonkeyPatch) -> None:
    result = bot("demo", "seed")
    assert result.exit_code == 1
    assert "RECOVERY_DEMO=1" in result.output


def test_the_nurses_password_is_printed_once(bot: CommandLine, empty: pytest.MonkeyPatch) -> None:
    empty.setenv("RECOVERY_DEMO", "1")
    first, second = bot("demo", "seed"), bot("demo", "seed")
    assert first.exit_code == second.exit_code == 0
    assert "nurse@demo.example" in first.output
    assert second.output == "There is data already; nothing was added.\n"
