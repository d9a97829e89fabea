"""The agent that a simulation asks: the one that runs already, or one started for the simulation and stopped after."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from honcho.environ import parse_procfile

from bot.conversation.agent import AgentRequest, AgentUnavailable, HttpAgent
from bot.settings import ROOT, Settings
from bot.triage import Context

MODEL = ROOT / "models" / "current.tar.gz"
RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
#: What the agent says is looked at here, not how fast: no turn may be lost to a busy machine.
DEADLINE_SECONDS = 30.0
_STARTUP_SECONDS = 180.0
_STOP_SECONDS = 20.0
_USUAL_ACTIONS = ":5055/"
_LAST_LINES = 15


class AgentError(Exception):
    """There is no agent to ask; the message says what to do."""


@contextmanager
def agent_for(
    settings: Settings, url: str | None = None, *, model: Path = MODEL, tell: Callable[[str], None]
) -> Iterator[HttpAgent]:
    """The agent at `url`; else the running product's; else one of our own. Raises AgentError."""
    key = settings.agent_channel_key.get_secret_value()
    found = _connect(url or settings.agent_url, key)
    if found is None and url is not None:
        raise AgentError(f"No agent answers at {url} with the key AGENT_CHANNEL_KEY.")
    if found is not None:
        try:
            yield found
        finally:
            found.close()
        return
    tell("Starting the agent …")
    with own_agent(model) as agent:
        yield agent


@contextmanager
def own_agent(model: Path = MODEL) -> Iterator[HttpAgent]:
    """Rasa and its actions as the Procfile starts them, on free ports, with a key of their own. Raises AgentError."""
    _check_set_up(model)
    ports = {"RASA_PORT": _free_port(), "ACTIONS_PORT": _free_port()}
    key = secrets.token_hex(32)
    started: list[subprocess.Popen[bytes]] = []
    with TemporaryDirectory(prefix="recovery-agent-") as name:
        folder = Path(name)
        endpoints = folder / "endpoints.yml"
        usual = (ROOT / "endpoints.yml").read_text()
        endpoints.write_text(usual.replace(_USUAL_ACTIONS, f":{ports['ACTIONS_PORT']}/"))
        environment = {
            **os.environ,
            **{variable: str(port) for variable, port in ports.items()},
            "RASA_MODEL": str(model.resolve()),
            "RASA_ENDPOINTS": str(endpoints),
            "AGENT_CHANNEL_KEY": key,
        }
        base = f"http://127.0.0.1:{ports['RASA_PORT']}"
        log = folder / "agent.log"
        try:
            with log.open("wb") as output:
                for process in ("actions", "rasa"):
                    started.append(_start(process, environment, output.fileno()))
            _wait(f"http://127.0.0.1:{ports['ACTIONS_PORT']}/health", started, log)
            _wait(f"{base}/webhooks/recovery/", started, log)
            agent = HttpAgent(base, key, DEADLINE_SECONDS)
            try:
                yield agent
            finally:
                agent.close()
        finally:
            _stop(started)


def _connect(url: str, key: str) -> HttpAgent | None:
    """The agent at `url` if it answers a greeting that is signed with `key`."""
    if not key:
        return None
    agent = HttpAgent(url, key, DEADLINE_SECONDS)
    try:
        agent.ask(AgentRequest("greeting", "hello", Context(), clinic_phone="", now=datetime.now(UTC)))
    except AgentUnavailable:
        agent.close()
        return None
    return agent


def _check_set_up(model: Path) -> None:
    if not RASA_PYTHON.exists():
        raise AgentError("No agent is running, and there is no .venv-rasa to start one from: run `make setup`.")
    if not model.exists():
        raise AgentError("No agent is running, and no model is trained to start one with: run `make train`.")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _start(process: str, environment: dict[str, str], output: int) -> subprocess.Popen[bytes]:
    """Start a process of the Procfile. In a session of its own: Ctrl-C reaches us alone, and we stop it in order."""
    command = parse_procfile((ROOT / "Procfile").read_text()).processes[process]
    return subprocess.Popen(  # noqa: S603 - the command is a line of our own file
        ["/bin/sh", "-c", command],
        cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
    )


def _wait(url: str, started: list[subprocess.Popen[bytes]], log: Path) -> None:
    deadline = time.monotonic() + _STARTUP_SECONDS
    while time.monotonic() < deadline and all(process.poll() is None for process in started):
        try:
            if httpx.get(url, timeout=2, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    said = "\n".join(log.read_text(errors="replace").splitlines()[-_LAST_LINES:])
    raise AgentError(f"{said}\n\nThe agent did not start; the lines above say why.")


def _stop(started: list[subprocess.Popen[bytes]]) -> None:
    for process in started:
        process.terminate()
    for process in started:
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
