"""Taking the next turn: claim, screen, ask, decide, store. Whatever fails, the message is answered, and only once."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy.orm import Session, sessionmaker

from bot.conversation.agent import AgentClient, AgentRequest, AgentUnavailable
from bot.conversation.claim import ClaimedTurn, claim
from bot.conversation.clock import Clock
from bot.conversation.outcome import Outcome, agent_unavailable, given_up, with_agent, without_agent
from bot.conversation.storing import store
from bot.records import threads
from bot.records.models import Turn
from bot.records.threads import LeaseLost
from bot.triage import Assessment, assess

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
#: How long a thread rests after an attempt that failed, times the number of attempts.
REST = timedelta(milliseconds=500)


def take_next(
    sessions: sessionmaker[Session], agent: AgentClient, clock: Clock, *, lease_seconds: float, worker: str
) -> bool:
    """Answer the message that is next, if there is one; False when there was nothing to do.

    `lease_seconds` must be longer than the agent's deadline: when the lease runs out, another worker takes the turn.
    """
    claimed = claim(sessions, worker=worker, now=clock.now(), lease_seconds=lease_seconds)
    if claimed is None:
        return False
    try:
        outcome = _decide(claimed, agent) if claimed.attempt <= MAX_ATTEMPTS else _give_up(claimed, "attempts")
        _store(sessions, claimed, outcome, clock)
    except LeaseLost:
        logger.warning("lease lost", extra={"communication": claimed.communication_id})
    except Exception as error:  # noqa: BLE001 - one message's fault may not stop the others' turns
        _after_fault(sessions, claimed, type(error).__name__, clock)
    return True


def _decide(claimed: ClaimedTurn, agent: AgentClient) -> Outcome:
    screen = assess(claimed.text, claimed.context)
    outcome = without_agent(claimed, screen)
    if outcome is not None:
        return outcome
    try:
        reply = agent.ask(
            AgentRequest(
                message_id=str(claimed.communication_id),
                text=claimed.text,
                context=claimed.context,
                clinic_phone=claimed.clinic_phone,
                clinic_answers=claimed.clinic_answers,
                sender=claimed.sender,
                dialogue=claimed.dialogue,
                now=claimed.now,
            )
        )
    except AgentUnavailable as error:
        logger.warning("agent unavailable", extra={"communication": claimed.communication_id, "reason": str(error)})
        return agent_unavailable(claimed, screen, error.reason)
    return with_agent(claimed, screen, reply)


def _store(sessions: sessionmaker[Session], claimed: ClaimedTurn, outcome: Outcome, clock: Clock) -> None:
    with sessions.begin() as session:
        store(session, claimed, outcome, clock.now())


def _after_fault(sessions: sessionmaker[Session], claimed: ClaimedTurn, error: str, clock: Clock) -> None:
    """Try again a little later; after the last attempt answer with fixed words."""
    logger.error(
        "turn failed",
        extra={"communication": claimed.communication_id, "attempt": claimed.attempt, "error": error},
    )
    try:
        if claimed.attempt >= MAX_ATTEMPTS:
            _store(sessions, claimed, _give_up(claimed, error), clock)
            return
        with sessions.begin() as session:
            thread = threads.hold(session, claimed.lease)
            thread.lease_until = clock.now() + REST * claimed.attempt
            session.get_one(Turn, claimed.turn_id).error_code = error[:64]
    except LeaseLost:
        logger.warning("lease lost", extra={"communication": claimed.communication_id})


def _give_up(claimed: ClaimedTurn, error: str) -> Outcome:
    return given_up(claimed, _screen_or_none(claimed), error)


def _screen_or_none(claimed: ClaimedTurn) -> Assessment | None:
    try:
        return assess(claimed.text, claimed.context)
    except Exception as error:  # noqa: BLE001 - what cannot be read is answered and shown to a nurse as such
        logger.error(  # noqa: TRY400 - a trace may hold patient text
            "screen failed", extra={"communication": claimed.communication_id, "error": type(error).__name__}
        )
        return None
