"""Whole conversations, played by `simulate`'s own code through the product with the real agent.

What the product does not do yet waits in `conversations/pending`, with what is expected of it; nothing there is played.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.conversation.agent import HttpAgent
from bot.settings import ROOT
from bot.simulation.agent import MODEL, own_agent
from bot.simulation.clinic import empty_database, open_clinic
from bot.simulation.expectations import table
from bot.simulation.playing import play
from bot.simulation.script import Conversation, read_script
from tests.channels.support import make_settings
from tests.journeys.live_agent import PYTHON, trained_model

FOLDER = Path(__file__).parent / "conversations"


def read(path: Path) -> list[Conversation]:
    return list(read_script(path.read_bytes().splitlines(), expect=True))


FILES = {path.stem: read(path) for path in sorted(FOLDER.glob("*.jsonl"))}
CASES = [pytest.param(each, id=f"{name}: {each.id}") for name, found in FILES.items() for each in found]


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpAgent]:
    """One agent for all conversations, started and stopped as `simulate` does it."""
    if not PYTHON.exists():
        pytest.skip("Rasa's environment .venv-rasa is not set up")
    with own_agent(trained_model(tmp_path_factory.mktemp("model"))) as running:
        yield running


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return empty_database(tmp_path_factory.mktemp("simulation"))


@pytest.mark.live
@pytest.mark.timeout(300)
@pytest.mark.parametrize("conversation", CASES)
def test_the_conversation_goes_as_expected(conversation: Conversation, agent: HttpAgent, empty: Path) -> None:
    with open_clinic(make_settings(), agent, empty) as clinic:
        played = play(clinic, conversation)
    assert not played.differences, f"\n{table(played.differences)}"
    assert not played.unanswered


def test_there_are_enough_of_them_in_both_languages_and_on_both_channels() -> None:
    every = [each for found in FILES.values() for each in found]
    assert len(every) >= 60
    assert {(each.channel, each.language) for each in every} == {
        (channel, language) for channel in ("sms", "web") for language in ("en", "es")
    }


def test_each_conversation_expects_something_and_has_a_name_of_its_own() -> None:
    for name, found in FILES.items():
        assert len({each.id for each in found}) == len(found), name
        assert all(any(turn.expect for turn in each.turns) for each in found), name


def test_what_waits_can_be_played() -> None:
    assert all(read(path) for path in (FOLDER / "pending").glob("*.jsonl"))


@pytest.mark.live
@pytest.mark.timeout(300)
def test_the_agent_that_it_started_does_not_outlive_a_command_that_is_interrupted(tmp_path: Path) -> None:
    if not (PYTHON.exists() and MODEL.exists()):
        pytest.skip("`make train` has not been run")
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'unused.db'}", "AGENT_CHANNEL_KEY": ""}
    command = [sys.executable, "-m", "bot", "simulate", str(FOLDER / "check_in.jsonl")]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline().startswith('{"id": "digits all the way"')
        started = children(running.pid)
        running.send_signal(signal.SIGINT)
        assert running.wait(60) != 0
    assert len(started) == 2
    assert not [pid for pid in started if Path(f"/proc/{pid}").exists()]


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = (task / "children" for task in Path(f"/proc/{pid}/task").iterdir())
    return [int(child) for path in found for child in path.read_text().split()]
