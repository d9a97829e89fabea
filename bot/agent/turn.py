"""One turn through Rasa: a fresh tracker from the dialogue, one message, and the dialogue read back."""

from __future__ import annotations

import uuid
from dataclasses import asdict, replace
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActionExecutionRejected, ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.agent import wire
from bot.agent.check_in import load_plan
from bot.agent.detector import TURN
from bot.agent.dialogue import Dialogue
from bot.agent.language import reply_language
from bot.agent.nlg import spoken
from bot.agent.policy import ESCALATE
from bot.agent.store import store_of
from bot.agent.understanding import FALLBACK, RED_FLAG
from bot.triage import CHECK_IN_ITEMS, Assessment, Disposition, Mention, RuleHit
from bot.triage.protocol import load_protocol

FORM = "checkin_form"
CHANNEL = "recovery"


class TurnError(Exception):
    """The turn could not be brought to its end; the caller must answer the patient without the agent."""


class ReplyCollector(CollectingOutputChannel):
    """Collects the replies as the wire format has them."""

    @classmethod
    def name(cls) -> str:
        return CHANNEL

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        if message.get("text"):
            self.messages.append(
                wire.message(message.get("kind", "notice"), message["text"], message.get("quick_replies") or [])
            )


async def run_turn(agent: Agent, request: wire.TurnRequest) -> dict[str, Any]:
    """The reply to `request`. Raises TurnError where Rasa or an action failed and no advice could be given."""
    store = store_of(agent)
    sender_id = uuid.uuid4().hex
    language = reply_language(request.text, request.context.language)
    dialogue = _current(request)
    tracker = store.init_tracker(sender_id)
    tracker.update_with_events(opening_events(request, dialogue, language), agent.domain)
    await store.save(tracker)
    collector = ReplyCollector()
    try:
        await agent.handle_message(_message(request, dialogue, language, sender_id, collector))
    finally:
        finished = store.take(sender_id)
    if finished is None or finished.latest_message is None:
        raise TurnError("Rasa did not handle the message")
    _check_actions(finished, agent.domain)
    return _reply(request, dialogue, finished, collector.messages, language)


def opening_events(request: wire.TurnRequest, dialogue: Dialogue, language: str) -> list[Event]:
    """The events that stand for all turns before this one."""
    plan = load_plan()
    finished = dialogue.answers if dialogue.items and not dialogue.unfinished else dialogue.previous
    slots: dict[str, Any] = {
        **dialogue.answers,
        "checkin_items": list(dialogue.items),
        "checkin_kind": dialogue.kind,
        "planned_items": list(plan.items(request.context.day, finished)),
        "red_flag_items": list(plan.red_flags),
        "last_item": dialogue.last_item,
        "offer": dialogue.offer,
        "not_understood": dialogue.not_understood,
        "previous_answers": dict(dialogue.previous),
        "said": list(dialogue.said),
        "language": language,
        "clinic_phone": request.clinic_phone,
        "clinic_answers": dict(request.clinic_answers),
        "sender": request.sender,
        "episode": list(request.context.episode),
    }
    events: list[Event] = [SlotSet(name, value) for name, value in slots.items()]
    if dialogue.active:
        events += [ActionExecuted(FORM), ActiveLoop(FORM), SlotSet(REQUESTED_SLOT, dialogue.requested)]
    return [*events, ActionExecuted(ACTION_LISTEN_NAME)]


def _current(request: wire.TurnRequest) -> Dialogue:
    """The dialogue as this turn finds it: after twelve hours a check-in no longer runs, it is offered at the end."""
    dialogue = request.dialogue
    if not dialogue.expired(request.now):
        return dialogue
    return replace(dialogue, active=False, requested=None, offer=None, not_understood=0, said=())


def _message(
    request: wire.TurnRequest, dialogue: Dialogue, language: str, sender_id: str, collector: ReplyCollector
) -> UserMessage:
    context = asdict(request.context)
    asked = request.context.asked or (dialogue.requested if dialogue.active else None)
    if dialogue.offer is not None and asked in CHECK_IN_ITEMS:
        asked = None  # a bare "1" answers the offer, which was asked last
    metadata = {
        "text": request.text,
        "context": {**context, "risks": sorted(request.context.risks), "language": language, "asked": asked},
        "dialogue": dialogue.as_dict(),
    }
    parsed = None
    if request.intent is not None:
        turn = {"intent": request.intent, "assessment": Assessment(Disposition.NONE).as_dict(), "answers": {}}
        parsed = {"text": "", "intent": {"name": request.intent, "confidence": 1.0}, "entities": [], TURN: turn}
    return UserMessage(
        # A leading slash would be read as an intent; the detector reads the true text from the metadata.
        request.text.strip().lstrip("/ "),
        collector,
        sender_id,
        parse_data=parsed,
        input_channel=CHANNEL,
        message_id=request.message_id,
        metadata=metadata,
    )


def _check_actions(tracker: DialogueStateTracker, domain: Domain) -> None:
    """Raises TurnError where a remote action ran without leaving its mark: Rasa itself would just go on."""
    remote = {name for name in (*domain.user_actions, FORM) if name.startswith(("action_", FORM))}
    waiting: str | None = None
    for event in _since_message(tracker):
        if isinstance(event, ActionExecuted | ActionExecutionRejected):
            if waiting is not None:
                break
            executed = isinstance(event, ActionExecuted) and event.action_name in remote
            waiting = event.action_name if executed else None
        elif isinstance(event, SlotSet) and event.key == "completed":
            waiting = None
    if waiting is not None and waiting != ESCALATE:
        raise TurnError(f"{waiting} failed")


def _since_message(tracker: DialogueStateTracker) -> list[Event]:
    events: list[Event] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        events.append(event)
    return events[::-1]


def _reply(
    request: wire.TurnRequest,
    before: Dialogue,
    tracker: DialogueStateTracker,
    replies: list[dict[str, Any]],
    language: str,
) -> dict[str, Any]:
    assert tracker.latest_message is not None
    turn = tracker.latest_message.parse_data[TURN]  # type: ignore[literal-required]
    red_flag = turn["intent"] == RED_FLAG
    active = tracker.active_loop_name == FORM
    offer = next((e.value for e in _since_message(tracker) if isinstance(e, SlotSet) and e.key == "offer"), None)
    offers_rest = request.dialogue.expired(request.now) and before.unfinished and request.intent is None
    if offers_rest and not red_flag and not active and offer is None and replies:
        replies.append(spoken("resume_offer", language, request.clinic_phone, before.said))
        offer = "resume"
    if not replies:
        raise TurnError("the turn gave no reply")
    dialogue = Dialogue(
        active=active,
        kind=tracker.get_slot("checkin_kind") or "check_in",
        items=tuple(tracker.get_slot("checkin_items") or ()),
        answers={item: value for item in CHECK_IN_ITEMS if (value := tracker.get_slot(item)) is not None},
        requested=tracker.get_slot(REQUESTED_SLOT) if active else None,
        last_item=tracker.get_slot("last_item"),
        offer=offer,
        not_understood=int(tracker.get_slot("not_understood") or 0) if turn["intent"] == FALLBACK else 0,
        previous=tracker.get_slot("previous_answers") or {},
        said=tuple(reply["text"] for reply in replies),
        at=request.now.isoformat() if request.now else request.dialogue.at,
    )
    handed = tracker.get_slot("handoff")
    return wire.reply(
        request,
        replies,
        _with_handoff(turn["assessment"], handed, request),
        dialogue,
        asks=tracker.get_slot("doubt") or dialogue.requested,
        handoff=handed is not None,
        understood=dialogue.not_understood == 0,
    )


def _with_handoff(assessment: dict[str, Any], finding: str | None, request: wire.TurnRequest) -> dict[str, Any]:
    """The assessment, raised by the finding for which the message goes to a nurse (protocol, section 3, routine)."""
    present = {mention["finding"] for mention in assessment["findings"] if mention["status"] == "present"}
    if finding is None or finding in present:
        return assessment
    row = load_protocol().findings[finding]
    mention = Mention(finding, "present", request.text, 0, len(request.text), "conversation")
    hit = RuleHit(f"finding.{finding}", row.level, row.source, (finding,))
    level = max(Disposition.of(assessment["disposition"]), row.level)
    return {
        **assessment,
        "disposition": level.id,
        "findings": [*assessment["findings"], mention.as_dict()],
        "rules": [*assessment["rules"], hit.as_dict()],
    }
