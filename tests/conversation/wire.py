"""A small real HTTP server that speaks the agent's wire format, as slow or as wrong as a test wants it."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bot.triage import Context, Disposition, assess
from bot.triage.advice import advice

KEY = "a channel key of the tests"
PATH = "/webhooks/recovery/turn"
Answer = Callable[[dict[str, Any]], bytes]


def sensible_body(request: dict[str, Any]) -> bytes:
    """The answer of a working agent."""
    known = request["metadata"]
    triage = assess(request["text"], Context.from_mapping(known))
    replies: list[dict[str, Any]] = [{"kind": "answer", "text": "Thank you for telling us.", "quick_replies": []}]
    if triage.disposition > Disposition.NONE:
        text = advice(triage.disposition, triage.present, known["language"], known["clinic_phone"])
        replies.insert(0, {"kind": "advice", "text": text, "quick_replies": []})
    return json.dumps(
        {
            "message_id": request["message_id"], "replies": replies, "triage": triage.as_dict(), "asks": None,
            "observations": [], "handoff": False, "understood": True, "dialogue": {},
        }
    ).encode()


@dataclass
class WireAgent:
    """The running server. `requests` are the bodies that it got; `arrived` is set at the first one."""

    url: str = ""
    answer: Answer = sensible_body
    status: int = 200
    #: Seconds between two bytes of the answer; 0 sends it whole.
    trickle: float = 0.0
    #: An answer waits for this, if it is there, after the request has been read.
    gate: threading.Event | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)


@contextmanager
def wire_agent() -> Iterator[WireAgent]:
    """Serve on a free port of this machine. Wrongly signed requests get 403, as from the real one."""
    agent = WireAgent()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path != PATH or not _is_signed(self.headers, body):
                self.send_error(403)
                return
            request = json.loads(body)
            agent.requests.append(request)
            agent.arrived.set()
            if agent.gate is not None:
                agent.gate.wait(60)
            answer = agent.answer(request)
            self.send_response(agent.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self._send(answer)

        def _send(self, answer: bytes) -> None:
            try:
                if not agent.trickle:
                    self.wfile.write(answer)
                    return
                for byte in answer:
                    self.wfile.write(bytes([byte]))
                    time.sleep(agent.trickle)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that hung up is no fault."""

    server = Server(("127.0.0.1", 0), Handler)
    agent.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield agent
    finally:
        if agent.gate is not None:
            agent.gate.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _is_signed(headers: Any, body: bytes) -> bool:
    timestamp = headers.get("X-Recovery-Timestamp", "")
    digest = hmac.new(KEY.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    fresh = timestamp.isdigit() and abs(time.time() - int(timestamp)) < 300
    return fresh and hmac.compare_digest(headers.get("X-Recovery-Signature", ""), f"sha256={digest}")
