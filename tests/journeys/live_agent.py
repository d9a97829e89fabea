"""Starts the real agent (Rasa and its action server, in their own environment) on free ports, and talks to it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx

from bot.agent.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from tools import model
from tools.run_process import scrubbed

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
KEY = "a-key-for-the-tests-only-0123456789"
_STARTUP_SECONDS = 180


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def environment() -> dict[str, str]:
    return {**scrubbed(os.environ, ()), "AGENT_CHANNEL_KEY": KEY}


def trained_model(folder: Path) -> Path:
    """The model of the present inputs: the one that set-up made, else one trained into `folder`."""
    made = model.model_path(ROOT)
    if made.exists():
        return made
    command = [str(PYTHON), "-m", "rasa", "train", "--data", "data/nlu", "data/rules", "--out", str(folder)]
    command += ["--fixed-model-name", "agent"]
    log = folder / "train.log"
    with log.open("wb") as output:
        done = subprocess.run(command, cwd=ROOT, env=environment(), stdout=output, stderr=output, check=False)
    if done.returncode:
        raise RuntimeError(log.read_text(errors="replace")[-2000:])
    return folder / "agent.tar.gz"


class LiveAgent:
    """Rasa and the action server, and a client that signs. Use as a context manager."""

    def __init__(self, model: Path, folder: Path, *, with_actions: bool = True) -> None:
        self._model, self._folder, self._with_actions = model, folder, with_actions
        self.port, self.action_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}/webhooks/recovery"
        self._processes: list[subprocess.Popen[bytes]] = []
        self._client = httpx.Client(timeout=30, limits=httpx.Limits(max_connections=8))

    def __enter__(self) -> LiveAgent:
        endpoints = self._folder / f"endpoints-{self.port}.yml"
        endpoints.write_text((ROOT / "endpoints.yml").read_text().replace(":5055/", f":{self.action_port}/"))
        if self._with_actions:
            self._start("rasa_sdk", "--actions", "actions", "--port", str(self.action_port))
        self._start(
            "rasa", "run", "-i", "127.0.0.1", "-p", str(self.port), "-m", str(self._model),
            "--endpoints", str(endpoints), "--credentials", str(ROOT / "credentials.yml"),
        )
        try:
            self._wait(f"{self.url}/")
            if self._with_actions:
                self._wait(f"http://127.0.0.1:{self.action_port}/health")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        for process in self._processes:
            _end(process)
        self._client.close()

    def kill_actions(self) -> None:
        """The action server dies, as by a crash."""
        self._processes[0].kill()
        self._processes[0].wait()

    def log(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in self._folder.glob(f"*-{self.port}.log"))

    def post(self, body: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
        """Sends the body, rightly signed unless headers are given."""
        if headers is None:
            timestamp = str(int(time.time()))
            headers = {TIMESTAMP_HEADER: timestamp, SIGNATURE_HEADER: sign(KEY, timestamp, body)}
        return self._client.post(f"{self.url}/turn", content=body, headers=headers)

    def get(self, url: str) -> httpx.Response:
        return self._client.get(url)

    def send(self, text: str, **metadata: Any) -> httpx.Response:
        return self.post(turn_body(text, **metadata))

    def ask(self, text: str, **metadata: Any) -> dict[str, Any]:
        response = self.send(text, **metadata)
        assert response.status_code == 200, response.text
        reply: dict[str, Any] = response.json()
        return reply

    def _start(self, *arguments: str) -> None:
        log = self._folder / f"{arguments[0]}-{self.port}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(PYTHON), "-m", *arguments], cwd=ROOT, env=environment(), stdout=output, stderr=output
            )
        self._processes.append(process)

    def _wait(self, url: str) -> None:
        deadline = time.monotonic() + _STARTUP_SECONDS
        while time.monotonic() < deadline:
            if any(process.poll() is not None for process in self._processes):
                raise RuntimeError(f"a process died: {self.log()[-3000:]}")
            try:
                if self._client.get(url).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.2)
        raise RuntimeError(f"{url} did not answer: {self.log()[-3000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def turn_body(text: str, **metadata: Any) -> bytes:
    known = {"day": 5, "blood_thinner": False, "language": "en", "clinic_phone": "+15550100999", "dialogue": {}}
    return json.dumps({"message_id": "1", "text": text, "metadata": {**known, **metadata}}).encode()


class Conversation:
    """A patient who talks to the agent: hands the dialogue back with every message, as the product does."""

    def __init__(self, agent: LiveAgent, **metadata: Any) -> None:
        self.agent, self.metadata = agent, metadata
        self.dialogue: dict[str, Any] = {}
        self.asks: str | None = None

    def say(self, text: str, **metadata: Any) -> dict[str, Any]:
        reply = self.agent.ask(text, **{**self.metadata, "dialogue": self.dialogue, "asked": self.asks, **metadata})
        self.dialogue, self.asks = reply["dialogue"], reply["asks"]
        return reply
