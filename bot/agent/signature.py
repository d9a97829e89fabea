"""The signature of the loopback channel: who may talk to the agent, and for how long a request is good."""

from __future__ import annotations

import hashlib
import hmac

TIMESTAMP_HEADER = "X-Recovery-Timestamp"
SIGNATURE_HEADER = "X-Recovery-Signature"
MAX_AGE_SECONDS = 300
MIN_KEY_LENGTH = 16


class Forbidden(Exception):
    """The request does not prove that it comes from our own conversation code."""


def sign(key: str, timestamp: str, body: bytes) -> str:
    """`sha256=` and the hex HMAC-SHA256 of `timestamp.body` under `key`."""
    digest = hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


def verify(key: str, timestamp: str | None, signature: str | None, body: bytes, now: float) -> None:
    """Raises Forbidden unless the signature is right and the timestamp at most five minutes away from `now`."""
    if not timestamp or not signature or not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        raise Forbidden("signature headers are missing or malformed")
    if abs(now - int(timestamp)) > MAX_AGE_SECONDS:
        raise Forbidden("the timestamp is too old or too new")
    if not hmac.compare_digest(sign(key, timestamp, body).encode(), signature.encode()):
        raise Forbidden("the signature is wrong")
