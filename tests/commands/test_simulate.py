"""`simulate` plays a file, writes a line for each conversation, and says what was not as expected."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.commands.simulate import _terminable
from tests.commands.conftest import CommandLine
from tests.conversation.wire import WireAgent, wire_agent


@pytest.fixture
def agent(environment: pytest.MonkeyPatch) -> Iterator[WireAgent]:
    """An agent that runs, named by the environment as the product's."""
    with wire_agent() as running:
        environment.setenv("AGENT_URL", running.url)
        yield running


def script(folder: Path, *conversations: dict[str, Any] | str) -> str:
    path = folder / "conversations.jsonl"
    path.write_text("".join(f"{c if isinstance(c, str) else json.dumps(c)}\n" for c in conversations))
    return str(path)


def said(name: str, *turns: dict[str, Any], channel: str = "sms") -> dict[str, Any]:
    return {"id": name, "channel": channel, "day": 3, "blood_thinner": False, "turns": list(turns)}


CHEST = {"patient": "my chest hurts", "expect": {"min": "emergency", "says_any": ["911"], "queued": True}}


@pytest.mark.usefixtures("agent")
def test_a_line_is_written_for_each_conversation(bot: CommandLine, tmp_path: Path) -> None:
    result = bot("simulate", script(tmp_path, said("a", CHEST), said("b", {"patient": "hola"}, channel="web")))
    assert result.exit_code == 0
    first, second = map(json.loads, result.stdout.splitlines())
    assert (first["id"], second["id"]) == ("a", "b")
    assert set(first) == {"id", "turns"}
    assert set(first["turns"][0]) == {
        "patient", "replies", "disposition", "episode", "asks", "queued", "opted_out",
    }
    assert first["turns"][0]["disposition"] == "emergency"
    assert result.stderr == ""


@pytest.mark.usefixtures("agent")
def test_what_went_as_expected_is_counted(bot: CommandLine, tmp_path: Path) -> None:
    result = bot("simulate", script(tmp_path, said("a", CHEST, {"patient": "hello"})), "--expect")
    assert result.exit_code == 0
    assert result.stderr == "1 turns in 1 conversations went as expected.\n"


@pytest.mark.usefixtures("agent")
def test_what_differs_is_a_table_on_standard_error(bot: CommandLine, tmp_path: Path) -> None:
    wrong = {"patient": "hello", "expect": {"min": "urgent", "asks": "pain"}}
    result = bot("simulate", script(tmp_path, said("good", CHEST), said("bad", CHEST, wrong)), "--expect")
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 2
    lines = [line.split() for line in result.stderr.splitlines()]
    assert lines[1] == ["bad", "2", "min", "urgent", "none"]
    assert lines[2] == ["bad", "2", "asks", "pain", "none"]
    assert result.stderr.endswith("1 of 3 turns did not go as expected.\n")


@pytest.mark.usefixtures("agent")
def test_without_expect_nothing_is_checked(bot: CommandLine, tmp_path: Path) -> None:
    result = bot("simulate", script(tmp_path, said("a", {"patient": "hello", "expect": {"no such": 1}})))
    assert result.exit_code == 0


@pytest.mark.usefixtures("agent")
def test_the_lines_may_go_to_a_file(bot: CommandLine, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    result = bot("simulate", script(tmp_path, said("a", CHEST)), "--out", str(out))
    assert result.stdout == ""
    assert json.loads(out.read_text())["id"] == "a"


def test_a_bad_line_is_named_before_anything_is_played(bot: CommandLine, tmp_path: Path, agent: WireAgent) -> None:
    result = bot("simulate", script(tmp_path, said("a", CHEST), '{"id": "b", "channel": "fax"}'))
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: line 2: ")
    assert result.stdout == ""
    assert agent.requests == []


def test_a_file_that_is_not_there_is_named(bot: CommandLine) -> None:
    result = bot("simulate", "no-such-file.jsonl")
    assert result.exit_code == 2
    assert "no-such-file.jsonl" in result.stderr


def test_an_agent_that_is_not_there_is_told(
    bot: CommandLine, tmp_path: Path, environment: pytest.MonkeyPatch
) -> None:
    result = bot("simulate", script(tmp_path, said("a", CHEST)), "--agent-url", "http://127.0.0.1:1")
    assert result.exit_code == 1
    assert "No agent answers at http://127.0.0.1:1" in result.stderr


def test_a_turn_without_the_agent_is_told_on_standard_error(
    bot: CommandLine, tmp_path: Path, agent: WireAgent
) -> None:
    sensible = agent.answer
    agent.answer = lambda request: b"{}" if request["text"] == "good morning" else sensible(request)
    result = bot("simulate", script(tmp_path, said("a", CHEST, {"patient": "good morning"})))
    assert result.exit_code == 0
    assert "a, turn 2: the agent's answer was not used (malformed)." in result.stderr
    assert len(json.loads(result.stdout)["turns"]) == 2


def test_a_command_that_is_to_end_closes_what_it_has_opened() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as ended, _terminable():
        os.kill(os.getpid(), signal.SIGTERM)
        signal.sigtimedwait([], 10)
    assert ended.value.code == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) == before
