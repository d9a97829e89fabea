"""What the clock settles: doubts that nobody answered, and questions that have waited too long to be asked."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy.orm import Session, sessionmaker

from bot.conversation.clock import Clock
from bot.conversation.doubts import worse_branch
from bot.conversation.escalation import escalate
from bot.conversation.reading import context_of
from bot.records import audit, communications, consents, deliveries, tasks, threads
from bot.records.models import Communication, Task
from bot.triage import Assessment, Disposition
from bot.triage.advice import advice

logger = logging.getLogger(__name__)

#: A question that could not be sent for this long is not sent any more.
STALE_AFTER = timedelta(hours=2)


def keep_house(sessions: sessionmaker[Session], clock: Clock) -> int:
    """One round; how many things were settled."""
    now = clock.now()
    with sessions() as session:
        expired = [(task.id, task.thread_id) for task in tasks.due(session, tasks.DOUBT_TIMEOUT, now)]
    settled = 0
    for task_id, thread_id in expired:
        try:
            with sessions.begin() as session:
                settled += _expire_doubt(session, task_id, thread_id, now)
        except Exception as error:  # noqa: BLE001 - one patient's fault may not keep the others' doubts open
            logger.error("doubt not settled", extra={"task": task_id, "error": type(error).__name__})  # noqa: TRY400
    with sessions.begin() as session:
        settled += deliveries.drop_stale_questions(session, now - STALE_AFTER, now)
    return settled


def _expire_doubt(session: Session, task_id: int, thread_id: int, now: datetime) -> int:
    """No answer: the worse branch. A message that waits to be read may be the answer, so it goes first."""
    thread = threads.lock(session, thread_id)
    task = session.get_one(Task, task_id, populate_existing=True)
    if task.status != "requested" or communications.first_pending_turn(session, thread_id) is not None:
        return 0
    task.status, task.completed_at = "completed", now
    doubt = thread.doubt
    if doubt is None:
        return 0
    assessment = worse_branch(doubt["finding"], context_of(session, thread.patient, thread, now))
    thread.doubt = None
    message = session.get_one(Communication, doubt["communication_id"])
    if assessment.disposition > Disposition.NONE:
        escalation = escalate(
            session, thread=thread, level=assessment.disposition, flag_level=assessment.disposition,
            findings=assessment.present, reason="finding", communication_id=message.id,
            page_on_call=assessment.page_on_call, now=now,
        )
        _advise(session, message, assessment, escalation.flag_id, now)
    audit.record(
        session, actor="system:housekeeping", action="doubt.expired", entity="communication", entity_id=message.id,
        detail={"finding": doubt["finding"], "level": assessment.disposition.id}, now=now,
    )
    return 1


def _advise(
    session: Session, message: Communication, assessment: Assessment, flag_id: int | None, now: datetime
) -> None:
    thread = message.thread
    red_flag = assessment.disposition >= Disposition.URGENT
    if thread.owner_id is not None and not red_flag:
        return
    language = thread.patient.language if thread.patient else "en"
    blocked = consents.is_opted_out(session, message.channel, message.address)
    communications.add_outbound(
        session, thread=thread, answers=message, channel=message.channel, address=message.address, kind="advice",
        body=advice(assessment.disposition, assessment.present, language, thread.organization.phone),
        position=communications.next_position(session, message.id), blocked=blocked, now=now,
    )
    if blocked:
        due = now if red_flag else tasks.next_working_day(now, thread.organization.timezone)
        tasks.request(
            session, thread=thread, kind="phone_call", detail="opted_out", due_at=due, flag_id=flag_id, now=now
        )
