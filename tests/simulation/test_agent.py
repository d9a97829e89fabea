"""Which agent a simulation asks, and what is said where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.conversation.agent import AgentRequest
from bot.simulation import agent as simulation_agent
from bot.simulation.agent import AgentError, agent_for
from bot.triage import Context
from tests.channels.support import make_settings
from tests.conversation.wire import KEY, WireAgent, wire_agent

NOBODY = "http://127.0.0.1:1"


@pytest.fixture
def running() -> Iterator[WireAgent]:
    with wire_agent() as agent:
        yield agent


def silent(message: str) -> None:
    raise AssertionError(f"nothing was to be said: {message}")


def test_the_running_products_agent_is_asked(running: WireAgent) -> None:
    settings = make_settings(agent_url=running.url, agent_channel_key=SecretStr(KEY))
    with agent_for(settings, tell=silent) as agent:
        reply = agent.ask(AgentRequest("7", "my chest hurts", Context(), "", datetime.now(UTC)))
    assert reply.triage.disposition.id == "emergency"


def test_an_address_goes_before_the_settings(running: WireAgent) -> None:
    settings = make_settings(agent_url=NOBODY, agent_channel_key=SecretStr(KEY))
    with agent_for(settings, running.url, tell=silent):
        assert running.requests


@pytest.mark.parametrize("key", ["", "another key of sixteen"])
def test_an_agent_at_the_address_with_another_key_is_refused(running: WireAgent, key: str) -> None:
    settings = make_settings(agent_channel_key=SecretStr(key))
    with pytest.raises(AgentError, match="AGENT_CHANNEL_KEY"), agent_for(settings, running.url, tell=silent):
        pass


def test_without_a_model_the_command_that_makes_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation_agent, "RASA_PYTHON", Path("/bin/sh"))
    said: list[str] = []
    settings = make_settings(agent_url=NOBODY)
    with (
        pytest.raises(AgentError, match="run `make train`"),
        agent_for(settings, model=tmp_path / "none.tar.gz", tell=said.append),
    ):
        pass
    assert said == ["Starting the agent …"]


def test_without_rasas_environment_the_command_that_makes_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation_agent, "RASA_PYTHON", tmp_path / "python")
    with pytest.raises(AgentError, match="run `make setup`"), agent_for(make_settings(agent_url=NOBODY), tell=print):
        pass


def test_an_agent_that_dies_at_once_is_told_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Procfile").write_text("rasa: echo no such thing; exit 3\nactions: exec sleep 60\n")
    (tmp_path / "endpoints.yml").write_text("")
    (tmp_path / "model").write_text("")
    monkeypatch.setattr(simulation_agent, "ROOT", tmp_path)
    monkeypatch.setattr(simulation_agent, "RASA_PYTHON", Path("/bin/sh"))
    started: list[object] = []
    start = simulation_agent._start
    monkeypatch.setattr(simulation_agent, "_start", lambda *a: started.append(start(*a)) or started[-1])
    with (
        pytest.raises(AgentError, match=r"(?s)no such thing.*did not start"),
        agent_for(make_settings(agent_url=NOBODY), model=tmp_path / "model", tell=print),
    ):
        pass
    assert len(started) == 2
    assert all(process.returncode is not None for process in started)  # type: ignore[attr-defined]
