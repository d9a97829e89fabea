"""Every command has a help page, and one that does not exist is refused by its name."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.cli import COMMANDS
from tests.commands.conftest import CommandLine


def test_the_table_of_contents_lists_every_command(bot: CommandLine) -> None:
    result = bot("--help")
    assert result.exit_code == 0
    for name in COMMANDS:
        assert f"\n  {name} " in result.output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(bot: CommandLine, name: str) -> None:
    result = bot(name, "--help")
    assert result.exit_code == 0
    assert f"python -m bot {name}" in result.output


def test_a_command_that_does_not_exist_is_refused_by_its_name(bot: CommandLine) -> None:
    result = bot("enroll")
    assert result.exit_code == 2
    assert "No such command 'enroll'" in result.output


def test_listing_the_queue_does_not_wait_for_the_language_pipeline() -> None:
    code = "import sys, bot.commands.queue; sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
