"""The labelled messages that are measured on, and the folds that keep each author's voice together."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.triage import Context, Disposition

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "data" / "messages"
DEV = ROOT.parent / "shared" / "messages-dev.jsonl"


@dataclass(frozen=True, slots=True)
class Message:
    """A labelled message: `low` and `high` are the least and the greatest level that are right."""

    id: str
    text: str
    context: Context
    low: Disposition
    high: Disposition
    findings: frozenset[str]
    tags: frozenset[str]
    author: str

    @property
    def is_harmless(self) -> bool:
        return self.high < Disposition.URGENT


def corpus() -> list[Message]:
    """Every message of data/messages."""
    return [message for path in sorted(CORPUS.glob("*.jsonl")) for message in read(path)]


def read(path: Path) -> list[Message]:
    """The messages of one JSONL file."""
    return [_message(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def _message(record: dict[str, Any]) -> Message:
    language = record.get("language") or ("es" if "spanish" in record["tags"] else "en")
    return Message(
        record["id"],
        record["text"],
        Context.from_mapping({**record, "language": language}),
        Disposition.of(record["min"]),
        Disposition.of(record["max"]),
        frozenset(record["findings"]),
        frozenset(record["tags"]),
        record.get("author", "dev"),
    )
