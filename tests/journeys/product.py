"""The product's own processes for tests: web and worker on a database, killed as a power cut would."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx
from pydantic import SecretStr

from bot.channels.sms.signing import SIGNATURE_HEADER, sign
from bot.settings import Settings
from tests.conversation.wire import KEY

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
DEADLINE = 3.0
#: The worker holds a thread for twice the agent's deadline; after that another may take it.
LEASE = 2 * DEADLINE

Found = TypeVar("Found")


def eventually(look: Callable[[], Found], what: str, patience: float = PATIENCE) -> Found:
    """What `look` gives as soon as it is true; fails the test if it never is."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"never seen in {patience:.0f} s: {what}")


@dataclass
class Process:
    """A running process of the product and all that it started."""

    popen: subprocess.Popen[bytes]

    def kill(self) -> None:
        """As kill -9: nothing of it has time for anything."""
        if self.popen.poll() is None:
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()

    def terminate(self) -> int:
        """As an orderly stop; the exit code."""
        self.popen.terminate()
        return self.popen.wait(PATIENCE)


@dataclass
class Product:
    """Settings, and the processes that were started with them."""

    database_url: str
    folder: Path
    agent_url: str
    port: int
    running: list[Process] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "SECRET_KEY": "a secret key of the tests",
            "PASSWORD_SALT": "a salt of the tests",
            "AGENT_CHANNEL_KEY": KEY,
            "AGENT_URL": self.agent_url,
            "AGENT_DEADLINE_SECONDS": str(DEADLINE),
            "TURN_LEASE_SECONDS": str(LEASE),
            "TWILIO_AUTH_TOKEN": "a token of the tests",
            "TWILIO_ACCOUNT_SID": "",
            "PUBLIC_BASE_URL": self.base,
            "RECOVERY_DEMO": "1",
        }

    def start_worker(self) -> Process:
        return self._start("worker", [sys.executable, "-m", "bot.worker"])

    def start_web(self) -> Process:
        """Under gunicorn with threads, as in production; ready when this returns."""
        bind = f"127.0.0.1:{self.port}"
        options = ["--workers", "1", "--threads", "4", "--worker-class", "gthread", "--no-control-socket"]
        command = [sys.executable, "-m", "gunicorn", "--bind", bind, *options, "bot.web:create_app()"]
        web = self._start("web", command)
        eventually(self._answers, "the web process answers")
        return web

    def post_text(self, phone: str, body: str, sid: str, timeout: float = 30.0) -> bool:
        """Post a text as Twilio does; whether it was acknowledged. As Twilio, nothing is known if it was not."""
        form = {"MessageSid": sid, "AccountSid": "AC" + "0" * 32, "From": phone, "To": "+15550100900", "Body": body}
        settings = Settings.model_construct(
            public_base_url=self.base, twilio_auth_token=SecretStr("a token of the tests")
        )
        headers = {SIGNATURE_HEADER: sign(settings, "/sms/inbound", form)}
        try:
            response = httpx.post(f"{self.base}/sms/inbound", data=form, headers=headers, timeout=timeout)
        except httpx.HTTPError:
            return False
        assert response.status_code == 200, response.text
        return True

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.base}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def _start(self, name: str, command: list[str]) -> Process:
        log = self.folder / f"{name}-{len(self.running)}.log"
        with log.open("wb") as output:
            popen = subprocess.Popen(
                command, cwd=ROOT, env=self.environment(), stdout=output, stderr=output, start_new_session=True
            )
        self.running.append(Process(popen))
        return self.running[-1]


@contextmanager
def product(database_url: str, folder: Path, agent_url: str = "http://127.0.0.1:1") -> Iterator[Product]:
    """The product on a database; whatever still runs at the end is killed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = Product(database_url, folder, agent_url, port)
    try:
        yield made
    finally:
        for process in made.running:
            process.kill()
