"""The patient's own words for what fired in an episode, short enough for a row of the queue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.console.highlight import FIRING
from bot.records.models import Communication, RiskAssessment

MOST = 3
LONGEST = 90


class Said(NamedTuple):
    """The words, the newest message's first, and the message to read first."""

    message_id: int | None
    quotes: tuple[str, ...]


def words_of(session: Session, episode_ids: Iterable[int]) -> dict[int, Said]:
    """For each episode the words that fired; where none did, the last message as it was written."""
    rows = session.execute(
        select(
            RiskAssessment.episode_id, RiskAssessment.communication_id, RiskAssessment.findings, Communication.body
        )
        .join(Communication, Communication.id == RiskAssessment.communication_id)
        .where(RiskAssessment.episode_id.in_(list(episode_ids)))
        .order_by(RiskAssessment.communication_id.desc())
    )
    last: dict[int, Said] = {}
    fired: dict[int, Said] = {}
    for row in rows:
        last.setdefault(row.episode_id, Said(row.communication_id, (_short(row.body),)))
        words = [_quote(str(m.get("text", "")), row.body) for m in row.findings if m.get("status") in FIRING]
        if words:
            before = fired.get(row.episode_id, Said(row.communication_id, ()))
            fired[row.episode_id] = before._replace(quotes=(*before.quotes, *words))
    return last | {episode: said._replace(quotes=_without_repeats(said.quotes)) for episode, said in fired.items()}


def _without_repeats(quotes: tuple[str, ...]) -> tuple[str, ...]:
    """At most `MOST` quotes, without those whose words stand in a longer one."""
    once = dict.fromkeys(quotes)
    return tuple(words for words in once if not any(words != other and words in other for other in once))[:MOST]


def _quote(words: str, body: str) -> str:
    """The words, or the whole message where they are only a number."""
    return _short(words if any(character.isalpha() for character in words) else body)


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1].rstrip() + "…"
