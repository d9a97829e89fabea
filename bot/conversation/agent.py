"""Asking the agent: one signed request over loopback, answered whole within the deadline or counted as unavailable."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as DeadlineError
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import httpx

from bot.conversation.agent_reply import AgentReply, MalformedReply, parse_reply
from bot.conversation.clock import Clock, SystemClock
from bot.triage import Context

PATH = "/webhooks/recovery/turn"
#: The agent takes no longer text. The screen has read the whole of it by then.
MAX_TEXT = 20_000


class AgentUnavailable(Exception):
    """There is no answer to use. `reason`: unreachable, deadline, refused (an HTTP status) or malformed."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason} {detail}".strip())
        self.reason = reason


@dataclass(frozen=True, slots=True)
class AgentRequest:
    """One message for the agent, with all that it may know."""

    message_id: str
    text: str
    context: Context
    clinic_phone: str
    now: datetime
    clinic_answers: Mapping[str, Any] = field(default_factory=dict)
    sender: str = "patient"
    dialogue: Mapping[str, Any] = field(default_factory=dict)
    intent: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The request as docs/architecture.md has it."""
        return {
            "message_id": self.message_id,
            "text": self.text[:MAX_TEXT],
            "metadata": {
                "day": self.context.day,
                "blood_thinner": self.context.blood_thinner,
                "asked": self.context.asked,
                "language": self.context.language,
                "risks": sorted(self.context.risks),
                "episode": list(self.context.episode),
                "clinic_phone": self.clinic_phone,
                "clinic_answers": dict(self.clinic_answers),
                "sender": self.sender,
                "dialogue": dict(self.dialogue),
                "intent": self.intent,
                "now": self.now.isoformat(),
            },
        }


class AgentClient(Protocol):
    """Whoever can be asked."""

    def ask(self, request: AgentRequest) -> AgentReply:
        """The agent's answer. Raises AgentUnavailable."""
        ...


class HttpAgent:
    """The agent behind its HTTP channel. May be asked from several threads at once.

    The requests run on an event loop of their own, because only there can a deadline hold for the whole of a request:
    a blocking client waits anew for every byte that trickles in.
    """

    def __init__(self, url: str, key: str, deadline_seconds: float, clock: Clock | None = None) -> None:
        self._url = url.rstrip("/") + PATH
        self._key = key.encode()
        self._deadline = deadline_seconds
        self._clock = clock or SystemClock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="agent-http", daemon=True)
        self._thread.start()
        self._client = httpx.AsyncClient(timeout=deadline_seconds, trust_env=False)

    def ask(self, request: AgentRequest) -> AgentReply:
        body = json.dumps(request.as_dict()).encode()
        running: Future[httpx.Response] = asyncio.run_coroutine_threadsafe(self._post(body), self._loop)
        try:
            response = running.result(timeout=self._deadline)
        except DeadlineError as error:
            running.cancel()
            raise AgentUnavailable("deadline") from error
        except httpx.TimeoutException as error:
            raise AgentUnavailable("deadline") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise AgentUnavailable("unreachable", type(error).__name__) from error
        if response.status_code != httpx.codes.OK:
            raise AgentUnavailable("refused", str(response.status_code))
        try:
            return parse_reply(response.content, request.message_id)
        except MalformedReply as error:
            raise AgentUnavailable("malformed", str(error)) from error

    def close(self) -> None:
        """Give the connections back and end the loop."""
        asyncio.run_coroutine_threadsafe(self._client.aclose(), self._loop).result(timeout=self._deadline)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _post(self, body: bytes) -> httpx.Response:
        timestamp = str(int(self._clock.now().timestamp()))
        digest = hmac.new(self._key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-Recovery-Timestamp": timestamp,
            "X-Recovery-Signature": f"sha256={digest}",
        }
        return await self._client.post(self._url, content=body, headers=headers)
