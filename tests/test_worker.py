"""The worker's loops and its log; its processes are tried in tests/journeys/test_survival.py."""

from __future__ import annotations

import json
import logging
import threading

import pytest

from bot import worker
from bot.worker import JsonLines, Loop, run


def test_a_loop_that_meets_a_fault_goes_on(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(worker, "FAULT_SECONDS", 0.01)
    stop = threading.Event()
    calls = []

    def step() -> bool:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("my chest hurts")
        stop.set()
        return False

    run([Loop("test", step)], stop)
    assert len(calls) == 2


def test_a_loop_with_more_to_do_does_not_pause():
    stop = threading.Event()
    calls = []

    def step() -> bool:
        calls.append(1)
        if len(calls) == 100:
            stop.set()
        return True

    Loop("test", step, idle_seconds=3600).run(stop)
    assert len(calls) == 100


def test_stopping_wakes_a_loop_that_rests():
    stop = threading.Event()
    rested = threading.Event()

    def step() -> bool:
        rested.set()
        return False

    running = threading.Thread(target=run, args=([Loop("test", step, idle_seconds=3600)], stop))
    running.start()
    assert rested.wait(10)
    stop.set()
    running.join(10)
    assert not running.is_alive()


def test_a_log_line_is_json_and_names_an_error_by_its_type_alone():
    error = ValueError("my chest hurts")
    record = logging.LogRecord("bot", logging.ERROR, "", 1, "turn failed", (), (type(error), error, None))
    record.communication = 7
    line = json.loads(JsonLines().format(record))
    assert (line["message"], line["communication"], line["error"]) == ("turn failed", 7, "ValueError")
    assert "chest" not in json.dumps(line)


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"SECRET_KEY": ""}, "Set SECRET_KEY"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}, "does not answer"),
        ({"DATABASE_URL": "sqlite:///{folder}/empty.db"}, "database upgrade"),
    ],
)
def test_what_keeps_it_from_starting_is_said_in_one_sentence(environment, sentence, tmp_path, monkeypatch, capsys):
    complete = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/recovery.db", "SECRET_KEY": "s", "PASSWORD_SALT": "s",
        "AGENT_CHANNEL_KEY": "s", "TWILIO_AUTH_TOKEN": "s", "TWILIO_ACCOUNT_SID": "AC0",
    }
    for name, value in {**complete, **environment}.items():
        monkeypatch.setenv(name, value.format(folder=tmp_path))
    assert worker.main() == 1
    said = capsys.readouterr().err.strip()
    assert sentence in said
    assert "\n" not in said
