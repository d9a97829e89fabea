"""What a nurse can do: acknowledge, close, take over, hand back, reply. Each is one transaction with its audit row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from bot.console import nurse_reply
from bot.console.account import Nurse, current_nurse
from bot.console.chart import find_flag, find_thread
from bot.console.pages import ID, blueprint, thread_page
from bot.console.transcript import newest_inbound
from bot.conversation.services import services
from bot.records import audit, flags, threads
from bot.records.models import Flag, Thread

LONGEST_REASON = 500

CHANGED = "A new message came, or somebody else acted, while this page was open. Nothing was saved: look again first."
CANNOT_ACKNOWLEDGE = "This flag is not waiting any more: somebody acknowledged or closed it. Nothing was changed."
CANNOT_CLOSE = "This flag was closed already. Nothing was changed."


class Refused(Exception):
    """The form cannot be carried out; the page is shown again with the message beside the field."""

    def __init__(self, field: str, message: str, status: int = 409) -> None:
        super().__init__(message)
        self.field = field
        self.message = message
        self.status = status


class Act(NamedTuple):
    """One change being made: by whom, when and in which transaction."""

    session: Session
    nurse: Nurse
    now: datetime

    def record(self, action: str, entity: str, entity_id: int) -> None:
        audit.record(
            self.session, actor=self.nurse.actor, action=action, entity=entity, entity_id=entity_id,
            now=self.now,
        )


@blueprint.post(f"/flags/<{ID}:flag_id>/acknowledge")
def acknowledge(flag_id: int) -> ResponseReturnValue:
    """The nurse has seen it and is on it."""

    def change(act: Act, flag: Flag) -> None:
        _unchanged(act, flag.thread_id)
        try:
            flags.acknowledge(act.session, flag, act.nurse.id, act.now)
        except flags.IllegalTransition as error:
            raise Refused("flag", CANNOT_ACKNOWLEDGE) from error
        act.record("flag.acknowledged", "flag", flag.id)

    return _on_flag(flag_id, change, "Acknowledged. Close the flag when the patient is looked after.")


@blueprint.post(f"/flags/<{ID}:flag_id>/close")
def close(flag_id: int) -> ResponseReturnValue:
    """It is dealt with, and the nurse says how."""
    reason = _typed("reason")

    def change(act: Act, flag: Flag) -> None:
        if not reason:
            raise Refused("reason", "Say how it was dealt with. The flag stays open until then.", 422)
        if len(reason) > LONGEST_REASON:
            raise Refused("reason", f"Shorten the reason to {LONGEST_REASON} characters; it has {len(reason)}.", 422)
        _unchanged(act, flag.thread_id)
        try:
            flags.close(act.session, flag, act.nurse.id, reason, act.now)
        except flags.IllegalTransition as error:
            raise Refused("flag", CANNOT_CLOSE) from error
        act.record("flag.closed", "flag", flag.id)

    return _on_flag(flag_id, change, "The flag is closed and its reason kept.")


@blueprint.post(f"/threads/<{ID}:thread_id>/take-over")
def take_over(thread_id: int) -> ResponseReturnValue:
    """From now on the nurse answers; the assistant is silent, except for red-flag advice."""

    def change(act: Act, thread: Thread) -> None:
        if (thread.owner_id or 0) != request.form.get("owner", 0, type=int):
            raise Refused("owner", CHANGED)
        thread.owner_id, thread.owned_at = act.nurse.id, act.now
        act.record("thread.taken_over", "thread", thread.id)

    return _on_thread(thread_id, change, "You have taken over. The assistant stays silent, except for red-flag advice.")


@blueprint.post(f"/threads/<{ID}:thread_id>/hand-back")
def hand_back(thread_id: int) -> ResponseReturnValue:
    """The assistant answers again."""

    def change(act: Act, thread: Thread) -> None:
        if thread.owner_id != act.nurse.id:
            raise Refused("owner", CHANGED)
        thread.owner_id, thread.owned_at = None, None
        act.record("thread.handed_back", "thread", thread.id)

    return _on_thread(thread_id, change, "Handed back: the assistant answers again.")


@blueprint.post(f"/threads/<{ID}:thread_id>/reply")
def reply(thread_id: int) -> ResponseReturnValue:
    """The nurse's own words to the patient, by the way that the patient last wrote."""
    body = _typed("body")

    def change(act: Act, thread: Thread) -> None:
        if thread.owner_id != act.nurse.id:
            raise Refused("body", "Take over first, so that you and the assistant do not both answer.")
        _unchanged(act, thread.id, "body")
        try:
            message = nurse_reply.queue(act.session, thread, body, act.now)
        except nurse_reply.CannotReply as error:
            raise Refused("body", str(error), 422) from error
        act.record("reply.queued", "communication", message.id)

    return _on_thread(thread_id, change, "Your message is on its way.")


def _on_flag(flag_id: int, change: Callable[[Act, Flag], None], done: str) -> ResponseReturnValue:
    nurse = current_nurse()
    with services().sessions() as session:
        found = find_flag(session, nurse, flag_id)
        if found is None:
            abort(404)
        thread_id = found.thread_id

    def on_locked_thread(act: Act, _thread: Thread) -> None:
        change(act, act.session.get_one(Flag, flag_id))

    return _carry_out(nurse, thread_id, on_locked_thread, done)


def _on_thread(thread_id: int, change: Callable[[Act, Thread], None], done: str) -> ResponseReturnValue:
    nurse = current_nurse()
    with services().sessions() as session:
        if find_thread(session, nurse, thread_id) is None:
            abort(404)
    return _carry_out(nurse, thread_id, change, done)


def _carry_out(nurse: Nurse, thread_id: int, change: Callable[[Act, Thread], None], done: str) -> ResponseReturnValue:
    """Make the change, or none of it, while nobody else can change the conversation. Then its page again."""
    try:
        with services().sessions.begin() as session:
            thread = threads.lock(session, thread_id)
            change(Act(session, nurse, services().clock.now()), thread)
    except Refused as refused:
        typed = {name: request.form.get(name, "") for name in ("reason", "body")}
        page = thread_page(nurse, thread_id, errors={refused.field: refused.message}, typed=typed)
        return page, refused.status
    flash(done, "success")
    return redirect(url_for("console.thread", thread_id=thread_id), 303)


def _unchanged(act: Act, thread_id: int, field: str = "flag") -> None:
    """Refuse to act on a page that does not show the newest message: the nurse has not read it."""
    if request.form.get("seen", -1, type=int) != newest_inbound(act.session, thread_id):
        raise Refused(field, CHANGED)


def _typed(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").strip()
