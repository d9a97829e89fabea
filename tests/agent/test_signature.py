"""Only requests that our own conversation code signed lately are taken."""

from __future__ import annotations

import pytest

from bot.agent.signature import Forbidden, sign, verify

KEY, BODY, NOW = "0123456789abcdef", b'{"text": "hi"}', 1_700_000_000


def test_a_fresh_signature_is_taken() -> None:
    verify(KEY, str(NOW), sign(KEY, str(NOW), BODY), BODY, NOW + 299)


@pytest.mark.parametrize("shift", [-301, 301])
def test_a_timestamp_five_minutes_off_is_refused(shift: int) -> None:
    with pytest.raises(Forbidden, match="timestamp"):
        verify(KEY, str(NOW), sign(KEY, str(NOW), BODY), BODY, NOW + shift)


@pytest.mark.parametrize(
    ("timestamp", "signature"),
    [
        (None, None),
        (str(NOW), None),
        (str(NOW), "sha256=00"),
        (str(NOW), "sha256=é"),
        ("soon", sign(KEY, "soon", BODY)),
        ("-1", sign(KEY, "-1", BODY)),
        (str(NOW), sign("fedcba9876543210", str(NOW), BODY)),
        (str(NOW), sign(KEY, str(NOW), BODY + b" ")),
    ],
)
def test_anything_else_is_refused(timestamp: str | None, signature: str | None) -> None:
    with pytest.raises(Forbidden):
        verify(KEY, timestamp, signature, BODY, NOW)
