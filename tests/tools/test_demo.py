"""`make run` takes three free ports, and hands each process where to find the others."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tools import demo
from tools.problems import SetupError

PROJECT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "endpoints.yml").write_text((PROJECT / "endpoints.yml").read_text())
    return tmp_path


def test_ports_that_are_free_are_taken_from_the_environment() -> None:
    ports = {"PORT": free_port(), "RASA_PORT": free_port(), "ACTIONS_PORT": free_port()}
    assert demo.free_ports({name: str(port) for name, port in ports.items()}) == ports


def test_one_port_for_two_programs_is_refused() -> None:
    port = str(free_port())
    with pytest.raises(SetupError, match="three different ports"):
        demo.free_ports({"PORT": port, "RASA_PORT": port, "ACTIONS_PORT": str(free_port())})


def test_the_demo_is_on_only_in_the_environment_of_the_processes(root: Path) -> None:
    ports = {"PORT": 8010, "RASA_PORT": 5010, "ACTIONS_PORT": 5055}
    environ = demo.environment(root, {"LANG": "C"}, ports, root / "models" / "a.tar.gz")
    assert environ["RECOVERY_DEMO"] == "1"
    assert environ["AGENT_URL"] == "http://127.0.0.1:5010"
    assert environ["RASA_ENDPOINTS"] == str(root / "endpoints.yml")
    assert "RECOVERY_DEMO" not in (root / "var" / "demo.env").read_text()


def test_rasa_finds_the_action_server_on_another_port(root: Path) -> None:
    (root / "var").mkdir()
    assert "http://127.0.0.1:6066/webhook" in demo.endpoints(root, 6066).read_text()


def test_an_unusable_database_stops_the_start_with_a_sentence(root: Path) -> None:
    failing = root / "python"
    failing.write_text("#!/bin/sh\nexit 1\n")
    failing.chmod(0o755)
    with pytest.raises(SetupError, match="python -m bot database upgrade"):
        demo.prepare_database(root, failing, {})
