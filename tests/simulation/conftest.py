"""A clinic of a simulation whose agent is scripted: advice for a red flag, a question about the legs for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.conversation.agent import AgentClient
from bot.simulation.clinic import Clinic, empty_database, open_clinic
from tests.channels.support import ScriptedAgent, make_settings

OpenClinic = Callable[..., Clinic]


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with tables and nothing in them."""
    return empty_database(tmp_path_factory.mktemp("simulation"))


@pytest.fixture
def new_clinic(empty: Path) -> Iterator[OpenClinic]:
    """Opens a clinic; all are closed at the end of the test."""
    with ExitStack() as stack:

        def open_one(agent: AgentClient | None = None) -> Clinic:
            return stack.enter_context(open_clinic(make_settings(), agent or ScriptedAgent(), empty))

        yield open_one


@pytest.fixture
def clinic(new_clinic: OpenClinic) -> Clinic:
    return new_clinic()
