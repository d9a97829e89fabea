"""The Makefile's commands: what is given to which, and that a problem is one sentence and no traceback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tools import setup
from tools.problems import SetupError

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("arguments", [["-k", "fever", "-x"], ["--durations=5", "tests/triage"], []])
def test_what_follows_test_is_for_pytest(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    given: list[list[str]] = []
    monkeypatch.setattr(setup, "test", lambda rest: given.append(rest) or 0)
    assert setup.main(["test", *arguments]) == 0
    assert given == [arguments]


def test_the_other_commands_take_nothing_more(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        setup.main(["run", "--fast"])
    assert caught.value.code == 2
    assert "unrecognized arguments: --fast" in capsys.readouterr().err


def test_a_problem_is_one_sentence_and_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full() -> int:
        raise SetupError("The disk is too full.")

    monkeypatch.setattr(setup, "run", full)
    assert setup.main(["run"]) == 1
    assert capsys.readouterr().err == "The disk is too full.\n"


def test_an_interruption_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(setup, "run", interrupted)
    assert setup.main(["run"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_make_names_a_python_that_is_missing() -> None:
    result = subprocess.run(
        ["make", "run", "PYTHON=/nowhere/python3.11"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode != 0
    assert "Python 3.11 was not found as '/nowhere/python3.11'" in result.stderr


def test_make_help_lists_what_can_be_made() -> None:
    result = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    for target in ("run", "test", "lint", "bench", "train", "lock", "clean"):
        assert f"make {target} " in result.stdout


def test_a_taken_port_stops_the_start_before_anything_is_set_up() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        result = subprocess.run(
            [sys.executable, "-m", "tools.setup", "run"],
            cwd=ROOT, env=os.environ | {"PORT": str(port)}, capture_output=True, text=True, check=False,
        )
    assert result.returncode == 1
    assert result.stdout == ""
    assert f"Port {port} is taken by another program" in result.stderr
