"""The processes live and die together, and the one that died first is named."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tools.processes import ready_text, wait_until_ready

ROOT = Path(__file__).resolve().parents[2]
START = "import pathlib, sys; from tools.processes import main; sys.exit(main(pathlib.Path(sys.argv[1])))"
#: Nothing listens on port 1, so nothing is ever called ready.
ENVIRON = {"PUBLIC_BASE_URL": "http://127.0.0.1:1", "PORT": "1", "RASA_PORT": "1", "ACTIONS_PORT": "1"}


@contextmanager
def running(procfile: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", START, str(procfile)],
        cwd=ROOT,
        env=os.environ | ENVIRON,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=20)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_one_dying_process_takes_the_rest_down_and_is_named(tmp_path: Path) -> None:
    procfile = tmp_path / "Procfile"
    pid_file = tmp_path / "pid"
    procfile.write_text(f"worker: echo $$ > {pid_file}; exec sleep 60\nrasa: sleep 0.5; exit 3\n")
    with running(procfile) as process:
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 3
    assert output.splitlines()[-1].startswith("The process 'rasa' ended with exit code 3, so the others were stopped")
    assert not alive(int(pid_file.read_text()))


def test_a_killed_process_is_told_by_its_signal(tmp_path: Path) -> None:
    procfile = tmp_path / "Procfile"
    procfile.write_text("web: exec sleep 60\nworker: sleep 0.3; kill -9 $$\n")
    with running(procfile) as process:
        output, _ = process.communicate(timeout=30)
    assert "The process 'worker' was killed by signal 9" in output.splitlines()[-1]
    assert process.returncode != 0


def test_deprecation_warnings_are_left_out_and_nothing_else(tmp_path: Path) -> None:
    procfile = tmp_path / "Procfile"
    said = r"one\n/lib/a.py:3: DeprecationWarning: old\n  old()\ntwo\n  three\n"
    procfile.write_text(f"rasa: printf '{said}'; exit 1\n")
    with running(procfile) as process:
        output, _ = process.communicate(timeout=30)
    lines = (line.partition("| ") for line in output.splitlines())
    shown = [said for prefix, _, said in lines if prefix.split()[1:] == ["rasa"]]
    assert shown == ["one", "two", "  three"]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all_cleanly(tmp_path: Path, how: signal.Signals) -> None:
    procfile = tmp_path / "Procfile"
    procfile.write_text("web: echo up $$; exec sleep 60\n")
    with running(procfile) as process:
        assert process.stdout is not None
        pid = next(int(line.split()[-1]) for line in process.stdout if "| up " in line)
        process.send_signal(how)
        output, _ = process.communicate(timeout=30)
    assert output.splitlines()[-1] == "Stopped."
    assert process.returncode == 0
    assert not alive(pid)


def test_all_is_ready_only_when_every_page_has_answered() -> None:
    asked: list[str] = []

    def answers(url: str) -> bool:
        asked.append(url)
        return url == "web" or asked.count("rasa") == 3

    assert wait_until_ready(["web", "rasa"], threading.Event(), answers=answers, pause=0)
    assert asked == ["web", "rasa", "rasa", "rasa"]


def test_nothing_is_called_ready_after_all_was_stopped() -> None:
    stopped = threading.Event()

    def answers(url: str) -> bool:
        stopped.set()
        return False

    assert not wait_until_ready(["web"], stopped, answers=answers, pause=0)


def test_the_addresses_are_those_of_the_demo() -> None:
    text = ready_text({"PUBLIC_BASE_URL": "http://127.0.0.1:9000/"}, 12.3)
    for address in ("http://127.0.0.1:9000/demo", "http://127.0.0.1:9000/dev/phone", "http://127.0.0.1:9000/console/"):
        assert address in text
