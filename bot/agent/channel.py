"""The signed loopback channel `recovery`: checks the request, runs one turn, and never answers an error with 200."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from bot.agent.signature import MIN_KEY_LENGTH, SIGNATURE_HEADER, TIMESTAMP_HEADER, Forbidden, verify
from bot.agent.turn import CHANNEL, TurnError, run_turn
from bot.agent.wire import BadRequest, TurnRequest

logger = logging.getLogger(__name__)
MAX_BODY = 256 * 1024


class ChannelKeyError(Exception):
    """The key that signs the channel's requests is missing or too short."""


class RecoveryInput(InputChannel):
    """`POST /webhooks/recovery/turn`, as docs/architecture.md describes it."""

    def __init__(self, key: str, clock: Callable[[], float] = time.time) -> None:
        if len(key) < MIN_KEY_LENGTH:
            raise ChannelKeyError(f"AGENT_CHANNEL_KEY must have at least {MIN_KEY_LENGTH} characters")
        self._key = key
        self._clock = clock

    @classmethod
    def name(cls) -> str:
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> RecoveryInput:
        """Built from credentials.yml. Raises ChannelKeyError."""
        return cls(str((credentials or {}).get("key") or ""))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes. `on_new_message` is not used: it can neither set up the tracker nor give it back."""
        blueprint = Blueprint("recovery_channel")

        @blueprint.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            ready = request.app.ctx.agent.is_ready()
            return _response(200 if ready else 503, {"status": "ok" if ready else "no model"})

        @blueprint.route("/turn", methods=["POST"])
        async def turn(request: Request) -> HTTPResponse:
            return await self.answer(request)

        return blueprint

    async def answer(self, request: Request) -> HTTPResponse:
        """Check, run and answer one request. Logs name the kind of an error, never what the patient wrote."""
        if len(request.body) > MAX_BODY:
            return _error(413, "TooLarge", "the body is too large")
        try:
            verify(
                self._key,
                request.headers.get(TIMESTAMP_HEADER),
                request.headers.get(SIGNATURE_HEADER),
                request.body,
                self._clock(),
            )
            turn = TurnRequest.parse(request.body)
        except Forbidden as error:
            return _error(403, "Forbidden", str(error))
        except BadRequest as error:
            return _error(400, "BadRequest", str(error))
        try:
            return _response(200, await run_turn(request.app.ctx.agent, turn))
        except TurnError as error:
            logger.error("turn failed: %s", error)  # noqa: TRY400
            return _error(500, "TurnError", str(error))
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the caller must learn of it
            logger.error("turn failed: %s in %s", type(error).__name__, _place(error))  # noqa: TRY400
            return _error(500, type(error).__name__, None)


def _place(error: BaseException) -> str:
    """The file and line at which the error was raised; its message may hold patient text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "an unknown place"


def _error(status: int, kind: str, detail: str | None) -> HTTPResponse:
    return _response(status, {"error": kind} if detail is None else {"error": kind, "detail": detail})


def _response(status: int, body: dict[str, Any]) -> HTTPResponse:
    """Written by the standard library: Sanic's own writer refuses lone surrogates, which a phone may send."""
    return json_response(body, status=status, dumps=json.dumps)
