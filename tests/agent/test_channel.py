"""The signed channel as Rasa builds it from credentials.yml, and what it answers when a turn fails."""

from __future__ import annotations

import asyncio
import json
import logging
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from bot.agent import channel as module
from bot.agent.channel import ChannelKeyError, RecoveryInput
from bot.agent.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from tests.agent.messages import ROOT

KEY, NOW = "0123456789abcdef", 1_700_000_000


def answered(body: bytes, headers: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    channel = RecoveryInput(KEY, clock=lambda: NOW)
    if headers is None:
        headers = {TIMESTAMP_HEADER: str(NOW), SIGNATURE_HEADER: sign(KEY, str(NOW), body)}
    request = SimpleNamespace(body=body, headers=headers, app=SimpleNamespace(ctx=SimpleNamespace(agent=None)))
    response = asyncio.run(channel.answer(request))  # type: ignore[arg-type]
    assert response.body is not None
    return response.status, json.loads(response.body)


@pytest.mark.parametrize("credentials", [None, {}, {"key": ""}, {"key": "short"}, {"key": None}])
def test_it_does_not_start_without_a_key(credentials: dict[str, Any] | None) -> None:
    with pytest.raises(ChannelKeyError, match="AGENT_CHANNEL_KEY"):
        RecoveryInput.from_credentials(credentials)


def test_credentials_name_no_other_way_in() -> None:
    credentials = yaml.safe_load((ROOT / "credentials.yml").read_text())
    assert credentials == {"bot.agent.channel.RecoveryInput": {"key": "${AGENT_CHANNEL_KEY}"}}


def test_an_unsigned_request_is_refused_before_it_is_read() -> None:
    assert answered(b"no json", {})[0] == 403


def test_a_wrong_request_is_named() -> None:
    assert answered(b"no json") == (400, {"error": "BadRequest", "detail": "the body must be JSON"})


def test_a_huge_body_is_refused() -> None:
    assert answered(b"x" * (256 * 1024 + 1))[0] == 413


def test_an_error_is_a_500_and_its_words_stay_out_of_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(agent: object, turn: object) -> dict[str, Any]:
        raise ValueError("the patient wrote: my chest hurts")

    monkeypatch.setattr(module, "run_turn", fail)
    with caplog.at_level(logging.DEBUG):
        status, body = answered(b"{}")
    assert (status, body) == (500, {"error": "ValueError"})
    assert "ValueError" in caplog.text
    assert "chest" not in caplog.text
