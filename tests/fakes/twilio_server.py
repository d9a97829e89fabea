"""A Twilio that runs on this machine: real HTTP, held to Twilio's published API description, with signed callbacks."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
from twilio.request_validator import RequestValidator

from bot.channels.sms.segments import segments
from tests.fakes.openapi import Contract, NotInTheContract

ROOT = Path(__file__).resolve().parents[2]
DESCRIPTION = ROOT / "node_modules/@twilio/cli-core/src/services/twilio-api/twilio_api_v2010.json"


@dataclass
class Failure:
    """What the next request gets: an HTTP status with Twilio's error code, or an answer that takes its time."""

    status: int = 0
    code: int = 20001
    delay: float = 0.0


@dataclass
class TwilioServer:
    """The server's state, as a test reads and sets it."""

    account_sid: str
    auth_token: str
    base_url: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    statuses: tuple[str, ...] = ()
    callbacks: list[int] = field(default_factory=list)
    seen: threading.Condition = field(default_factory=threading.Condition)

    def fail_next(self, *, status: int = 0, code: int = 20001, delay: float = 0.0) -> None:
        """Let one more request fail; called twice, the next two do."""
        self.failures.append(Failure(status, code, delay))

    def wait_for(self, count: int, seconds: float = 10.0) -> None:
        """Wait until so many messages were taken."""
        with self.seen:
            assert self.seen.wait_for(lambda: len(self.messages) >= count, seconds), "Twilio got no message"

    def wait_for_callbacks(self, count: int, seconds: float = 10.0) -> None:
        """Wait until so many status callbacks were answered."""
        with self.seen:
            assert self.seen.wait_for(lambda: len(self.callbacks) >= count, seconds), "no callback was answered"


def require_description() -> Path:
    """Twilio's description, installed from npm where it is not there yet; skips the test if that cannot be done."""
    if not DESCRIPTION.exists():
        npm = shutil.which("npm")
        reason = "npm is not installed, so Twilio's API description cannot be fetched"
        if npm:
            done = subprocess.run(
                [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=ROOT, capture_output=True, check=False
            )
            reason = f"npm ci failed with exit code {done.returncode}"
        if not DESCRIPTION.exists():
            if os.environ.get("REQUIRE_ALL") == "1":
                pytest.fail(reason)
            pytest.skip(reason)
    return DESCRIPTION


@contextmanager
def twilio_server(account_sid: str = "AC" + "0" * 32, auth_token: str = "test-token") -> Iterator[TwilioServer]:
    """Run a fake Twilio on a free port of this machine."""
    contract = Contract.load(require_description())
    state = TwilioServer(account_sid, auth_token)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state, contract))
    server.daemon_threads = True  # the client keeps its connection open
    state.base_url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert not state.violations, f"Twilio's API would refuse: {state.violations}"


def _handler(state: TwilioServer, contract: Contract) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            failure = state.failures.pop(0) if state.failures else Failure()
            if failure.delay:
                time.sleep(failure.delay)
            try:
                operation, parameters = contract.operation("POST", urlsplit(self.path).path)
                form = contract.check_form(operation, parse_qsl(raw, keep_blank_values=True, strict_parsing=True))
            except NotInTheContract as broken:
                state.violations.append(str(broken))
                self.answer(400, _error(400, 21604, str(broken)))
                return
            if not self.is_signed_in(parameters["AccountSid"]):
                self.answer(401, _error(401, 20003, "Authenticate"))
            elif failure.status:
                self.answer(failure.status, _error(failure.status, failure.code, "as the test asked"))
            else:
                message = _message(state, form)
                contract.check_answer(operation, 201, message)
                with state.seen:
                    state.messages.append({**message, "form": form})
                    state.seen.notify_all()
                self.answer(201, message)
                _call_back(state, message, form)

        def is_signed_in(self, account_sid: str) -> bool:
            expected = base64.b64encode(f"{state.account_sid}:{state.auth_token}".encode()).decode()
            return self.headers.get("Authorization") == f"Basic {expected}" and account_sid == state.account_sid

        def answer(self, status: int, body: dict[str, Any]) -> None:
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: Any) -> None:
            """Keep the test's output clean."""

    return Handler


def _error(status: int, code: int, message: str) -> dict[str, Any]:
    return {
        "status": status,
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
    }


def _message(state: TwilioServer, form: dict[str, Any]) -> dict[str, Any]:
    sid = f"SM{uuid4().hex}"
    uri = f"/2010-04-01/Accounts/{state.account_sid}/Messages/{sid}"
    now = formatdate(usegmt=False)
    return {
        "sid": sid,
        "account_sid": state.account_sid,
        "api_version": "2010-04-01",
        "body": form.get("Body"),
        "date_created": now,
        "date_sent": None,
        "date_updated": now,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": form.get("From"),
        "messaging_service_sid": form.get("MessagingServiceSid"),
        "num_media": "0",
        "num_segments": str(segments(form.get("Body", "")).count),
        "price": None,
        "price_unit": None,
        "status": "queued",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": form["To"],
        "uri": f"{uri}.json",
    }


def _call_back(state: TwilioServer, message: dict[str, Any], form: dict[str, Any]) -> None:
    url = form.get("StatusCallback")
    for status in state.statuses if url else ():
        fields = {"MessageSid": message["sid"], "MessageStatus": status, "To": message["to"]}
        if status in ("failed", "undelivered"):
            fields["ErrorCode"] = "30003"
        signature = RequestValidator(state.auth_token).compute_signature(url, fields)
        request = Request(url, urlencode(fields).encode(), {"X-Twilio-Signature": signature})
        try:
            with urlopen(request, timeout=10) as response:
                answered = response.status
        except HTTPError as refused:
            answered = refused.code
        with state.seen:
            state.callbacks.append(answered)
            state.seen.notify_all()
