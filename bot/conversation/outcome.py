"""What comes of a turn, before anything of it is stored: decided from the two readings alone, without a database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.conversation import keywords
from bot.conversation.agent_reply import AgentReply, Reply
from bot.conversation.claim import ClaimedTurn
from bot.conversation.doubts import Doubt, doubt_of, settles
from bot.conversation.merge import merge
from bot.triage import CHECK_IN_ITEMS, Assessment, Disposition
from bot.triage.advice import advice, notice, texts

#: A flag's reason where one finding alone says it.
_REASONS = {"nurse_request": "nurse_request", "unwell_unclear": "not_understood"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be stored for a turn.

    `assessment`: None where even our own reading failed. `flag_level`: NONE where no nurse needs to see it.
    `dialogue` and `asked`: None where they stay as they are; `asked` may be "" for "nothing is asked any more".
    """

    assessment: Assessment | None
    readers: Mapping[str, str]
    replies: tuple[Reply, ...] = ()
    flag_level: Disposition = Disposition.NONE
    flag_reason: str = "finding"
    agent_error: str | None = None
    keyword: str | None = None
    dialogue: Mapping[str, Any] | None = None
    asked: str | None = None
    observations: tuple[tuple[str, str], ...] = ()
    doubt: Doubt | None = None
    doubt_settled: bool = False
    failed: bool = False

    @property
    def level(self) -> Disposition:
        """The level of this message."""
        return self.assessment.disposition if self.assessment else Disposition.NONE

    def only_advice(self) -> Outcome:
        """The outcome while a nurse owns the conversation: the bot says nothing but a red flag's advice."""
        kept = tuple(r for r in self.replies if r.kind == "advice") if self.level >= Disposition.URGENT else ()
        return replace(self, replies=kept, doubt=None)


def without_agent(turn: ClaimedTurn, screen: Assessment) -> Outcome | None:
    """The outcome of a turn that is none of the agent's business; None where the agent is to be asked."""
    readers = {"screen": screen.disposition.id}
    settled = settles(turn.doubt, turn.text, turn.context, screen)
    red_flag = screen.disposition >= Disposition.URGENT
    keyword = _keyword(turn)
    if keyword and not red_flag:
        return _answer_keyword(turn, screen, keyword)
    if not turn.owned and turn.known:
        return None
    if red_flag or screen.disposition > Disposition.NONE:
        replies = [fixed_advice(turn, screen)]
    else:
        replies = [Reply("notice", notice("unknown_sender", turn.language, turn.clinic_phone))]
    level, reason = flagging(turn, screen)
    outcome = Outcome(screen, readers, tuple(replies), level, reason, doubt_settled=settled)
    return outcome.only_advice() if turn.owned else outcome


def with_agent(turn: ClaimedTurn, screen: Assessment, reply: AgentReply) -> Outcome:
    """The outcome of a turn that the agent answered."""
    merged = merge(screen, reply.triage)
    readers = {"screen": screen.disposition.id, "agent": reply.triage.disposition.id}
    settled = settles(turn.doubt, turn.text, turn.context, merged)
    if merged.disposition >= Disposition.URGENT and not _says(turn, merged.disposition, reply):
        # It overlooked or misplaced the red flag, so nothing else that it says about this message is trusted either.
        level, reason = flagging(turn, merged)
        return Outcome(
            merged, readers, (fixed_advice(turn, merged),), level, reason, agent_error="below_screen",
            observations=tuple(merged.answers.items()), doubt_settled=settled,
        )
    replies = _replies(turn, merged, reply)
    doubt = doubt_of(turn, merged, reply)
    if doubt is not None and doubt.question not in (r.text for r in replies):
        replies = [*(r for r in replies if r.kind != "question"), Reply("question", doubt.question)]
    level, reason = flagging(turn, merged, handoff=reply.handoff)
    return Outcome(
        merged, readers, tuple(replies), level, reason,
        dialogue=reply.dialogue,
        asked=reply.asks if reply.asks in CHECK_IN_ITEMS else "",
        observations=reply.observations,
        doubt=doubt,
        doubt_settled=settled,
    )


def agent_unavailable(turn: ClaimedTurn, screen: Assessment, error: str) -> Outcome:
    """The outcome of a turn that only we could read: fixed words, and a nurse reads what the agent did not."""
    level, reason = flagging(turn, screen)
    if level < Disposition.URGENT and reason == "finding" and screen.disposition < Disposition.ROUTINE:
        level, reason = Disposition.ROUTINE, "unread"
    doubt = doubt_of(turn, screen, None)
    if screen.disposition > Disposition.NONE:
        replies = [fixed_advice(turn, screen)]
    elif turn.wordless and turn.media_count:
        replies = [Reply("notice", notice("media_received", turn.language, turn.clinic_phone))]
    elif doubt is None:
        replies = [Reply("notice", notice("unavailable", turn.language, turn.clinic_phone))]
    else:
        replies = []
    if doubt is not None:
        replies.append(Reply("question", doubt.question))
    return Outcome(
        screen, {"screen": screen.disposition.id, "agent": "unavailable"}, tuple(replies), level, reason,
        agent_error=error,
        observations=tuple(screen.answers.items()),
        doubt=doubt,
        doubt_settled=settles(turn.doubt, turn.text, turn.context, screen),
    )


def given_up(turn: ClaimedTurn, screen: Assessment | None, error: str) -> Outcome:
    """The outcome of a turn that failed again and again: answered all the same, and read by a nurse.

    Where not even our own reading works, nobody knows how bad it is: the nurse is told at once.
    """
    if screen is None:
        unreadable = Reply("notice", notice("unavailable", turn.language, turn.clinic_phone))
        outcome = Outcome(
            None, {"screen": "failed"}, (unreadable,), Disposition.URGENT, "unread", agent_error=error, failed=True
        )
    else:
        outcome = replace(agent_unavailable(turn, screen, error), failed=True)
    return outcome.only_advice() if turn.owned else outcome


def fixed_advice(turn: ClaimedTurn, assessment: Assessment) -> Reply:
    """The protocol's own words for the level."""
    text = advice(assessment.disposition, _decisive(assessment), turn.language, turn.clinic_phone)
    return Reply("advice", text)


def flagging(turn: ClaimedTurn, assessment: Assessment, *, handoff: bool = False) -> tuple[Disposition, str]:
    """At which level and why a nurse is to see the message; NONE where none needs to."""
    found = assessment.present
    if assessment.disposition >= Disposition.ROUTINE:
        return assessment.disposition, _REASONS.get(found[0], "finding") if len(found) == 1 else "finding"
    if handoff:
        return Disposition.ROUTINE, "nurse_request"
    if turn.media_count:
        return Disposition.ROUTINE, "media"
    return Disposition.NONE, "finding"


def _decisive(assessment: Assessment) -> Iterable[str]:
    """The findings, those that gave the level first: an addition to the advice is theirs."""
    decisive = [f for rule in assessment.rules if rule.level == assessment.disposition for f in rule.findings]
    return dict.fromkeys([*decisive, *assessment.present])


def _keyword(turn: ClaimedTurn) -> str | None:
    """Carriers act on STOP and START in text messages only; HELP is answered everywhere."""
    found = keywords.keyword_in(turn.text)
    return found if turn.channel == "sms" or found == keywords.HELP else None


def _answer_keyword(turn: ClaimedTurn, screen: Assessment, keyword: str) -> Outcome:
    """The carrier itself confirms a STOP, and lets no answer of ours through."""
    replies = () if keyword == keywords.STOP else (Reply("notice", notice(keyword, turn.language, turn.clinic_phone)),)
    return Outcome(screen, {"screen": screen.disposition.id}, replies, keyword=keyword)


def _replies(turn: ClaimedTurn, merged: Assessment, reply: AgentReply) -> list[Reply]:
    """The agent's replies, with the advice for the merged level first and no other advice after it."""
    others = [r for r in reply.replies if r.kind != "advice"]
    if merged.disposition > Disposition.NONE:
        first = reply.replies[0]
        right = first.kind == "advice" and reply.triage.disposition >= merged.disposition
        return [first if right else fixed_advice(turn, merged), *others]
    if turn.wordless and turn.media_count:
        asked = [r for r in others if r.kind == "question"]
        return [Reply("notice", notice("media_received", turn.language, turn.clinic_phone)), *asked]
    return list(reply.replies)


def _says(turn: ClaimedTurn, level: Disposition, reply: AgentReply) -> bool:
    """Whether the agent begins with the protocol's advice for the level, in either language, word for word."""
    first = reply.replies[0]
    return first.kind == "advice" and any(
        first.text.startswith(texts(language)["advice"][level.id]["text"].format(clinic_phone=turn.clinic_phone))
        for language in ("en", "es")
    )
