"""Storing a turn: replies, assessment, episode, flag, tasks, observations and the turn's end in one transaction."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.conversation import keywords
from bot.conversation.claim import ClaimedTurn
from bot.conversation.doubts import PATIENCE
from bot.conversation.escalation import escalate
from bot.conversation.outcome import Outcome
from bot.records import assessments, audit, communications, consents, tasks, threads
from bot.records.models import Communication, Thread, Turn
from bot.records.threads import LeaseLost
from bot.triage import Context, Disposition


def store(session: Session, claimed: ClaimedTurn, outcome: Outcome, now: datetime) -> None:
    """Store the outcome in the caller's transaction. Raises LeaseLost where the turn is not this worker's any more."""
    thread = threads.hold(session, claimed.lease)
    turn = session.get_one(Turn, claimed.turn_id, populate_existing=True)
    if turn.state != "pending":
        raise LeaseLost
    message = turn.communication
    if thread.owner_id is not None:
        outcome = outcome.only_advice()  # a nurse may have taken over while the agent was thinking
    escalation = escalate(
        session,
        thread=thread,
        level=outcome.level,
        flag_level=outcome.flag_level,
        findings=outcome.assessment.present if outcome.assessment else (),
        reason=outcome.flag_reason,
        communication_id=message.id,
        page_on_call=outcome.assessment.page_on_call if outcome.assessment else False,
        now=now,
    )
    if outcome.assessment is not None:
        assessments.add(
            session, message=message, result=outcome.assessment.as_dict(), readers=outcome.readers,
            context=context_as_dict(claimed.context), now=now,
            episode_id=escalation.episode.id if escalation.episode else None,
        )
    assessments.observe(session, message, outcome.observations, now)
    _store_replies(session, outcome, thread, message, now)
    _ask_for_calls(session, outcome, message, escalation.flag_id, now)
    _store_thread(session, outcome, thread, message, now)
    turn.state = "failed" if outcome.failed else "done"
    turn.agent_failed = outcome.agent_error is not None
    turn.error_code = outcome.agent_error[:64] if outcome.agent_error else None
    turn.finished_at = now
    message.completed_at = now
    threads.release(thread)
    audit.record(
        session, actor="system:turn", action=f"turn.{turn.state}", entity="communication", entity_id=message.id,
        detail={"level": outcome.level.id, "replies": len(outcome.replies), "attempt": claimed.attempt}, now=now,
    )


def context_as_dict(context: Context) -> dict[str, Any]:
    """The context in the form in which the assessment keeps it."""
    return {**asdict(context), "risks": sorted(context.risks), "episode": list(context.episode)}


def _store_replies(
    session: Session, outcome: Outcome, thread: Thread, message: Communication, now: datetime
) -> None:
    """Queue the replies. What an address that opted out would have got is kept as blocked."""
    if outcome.keyword in (keywords.STOP, keywords.START):
        status = consents.OPTED_OUT if outcome.keyword == keywords.STOP else consents.OPTED_IN
        consents.record(
            session, channel=message.channel, address=message.address, status=status, source="keyword", now=now
        )
    blocked = consents.is_opted_out(session, message.channel, message.address)
    for position, reply in enumerate(outcome.replies):
        communications.add_outbound(
            session, thread=thread, answers=message, channel=message.channel, address=message.address, kind=reply.kind,
            body=reply.text, quick_replies=reply.quick_replies, position=position, blocked=blocked, now=now,
        )
    message.status = "failed" if outcome.failed else "answered" if outcome.replies or outcome.keyword else "silent"


def _ask_for_calls(
    session: Session, outcome: Outcome, message: Communication, flag_id: int | None, now: datetime
) -> None:
    """Whom the answer does not reach is called, at once for a red flag; so is a nurse where the agent failed on one."""
    thread = message.thread
    red_flag = max(outcome.level, outcome.flag_level) >= Disposition.URGENT
    if consents.is_opted_out(session, message.channel, message.address):
        due = now if red_flag else tasks.next_working_day(now, thread.organization.timezone)
        tasks.request(
            session, thread=thread, kind="phone_call", detail="opted_out", due_at=due, flag_id=flag_id, now=now
        )
    if outcome.agent_error and red_flag:
        tasks.request(
            session, thread=thread, kind="agent_unavailable", detail=outcome.agent_error[:200], due_at=now,
            flag_id=flag_id, now=now,
        )


def _store_thread(session: Session, outcome: Outcome, thread: Thread, message: Communication, now: datetime) -> None:
    if outcome.dialogue is not None:
        thread.dialogue = dict(outcome.dialogue)
    if outcome.asked is not None:
        thread.asked = outcome.asked or None
        thread.asked_at = now if outcome.asked else None
    if outcome.doubt_settled or outcome.doubt is not None:
        thread.doubt = None
        tasks.cancel(session, thread.id, tasks.DOUBT_TIMEOUT, now)
    if outcome.doubt is not None:
        thread.doubt = {
            "finding": outcome.doubt.finding, "question": outcome.doubt.question, "communication_id": message.id
        }
        session.flush()
        tasks.request(
            session, thread=thread, kind=tasks.DOUBT_TIMEOUT, detail=outcome.doubt.finding, due_at=now + PATIENCE,
            now=now,
        )
