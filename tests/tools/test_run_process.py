"""Rasa and its action server see no secret but their own, and keep to this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tools.run_process import scrubbed

ROOT = Path(__file__).resolve().parents[2]
FULL = {
    "PATH": "/usr/bin",
    "SECRET_KEY": "s",
    "PASSWORD_SALT": "p",
    "TWILIO_AUTH_TOKEN": "t",
    "DATABASE_URL": "d",
    "AGENT_CHANNEL_KEY": "a",
    "RECOVERY_DEMO": "1",
}


def test_no_secret_passes_that_was_not_asked_for() -> None:
    passed = scrubbed(FULL, ["AGENT_CHANNEL_KEY"])
    assert passed.keys() & FULL.keys() == {"PATH", "AGENT_CHANNEL_KEY"}


def test_telemetry_is_off_and_the_action_server_listens_on_loopback() -> None:
    passed = scrubbed(FULL, [])
    assert passed["RASA_TELEMETRY_ENABLED"] == "false"
    assert passed["SANIC_HOST"] == "127.0.0.1"


def test_the_command_runs_with_nothing_else() -> None:
    show = "import json, os; print(json.dumps(dict(os.environ)))"
    launcher = [sys.executable, "-m", "tools.run_process", "--keep", "AGENT_CHANNEL_KEY"]
    command = [*launcher, "--", sys.executable, "-c", show]
    result = subprocess.run(command, cwd=ROOT, env=os.environ | FULL, capture_output=True, text=True, check=True)
    seen = json.loads(result.stdout)
    assert seen["AGENT_CHANNEL_KEY"] == "a"
    assert not seen.keys() & {"SECRET_KEY", "PASSWORD_SALT", "TWILIO_AUTH_TOKEN", "DATABASE_URL", "RECOVERY_DEMO"}
