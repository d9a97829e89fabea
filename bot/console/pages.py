"""What a nurse can look at: the queue and one conversation. All needs a login, and every look is audited."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request

from bot.console import guard, wording
from bot.console.account import Nurse, current_nurse
from bot.console.chart import chart_of, find_thread
from bot.console.transcript import newest_inbound
from bot.console.worklist import queue_of
from bot.conversation.services import services
from bot.records import audit

#: The largest id that a database keeps; what is larger is no page.
LARGEST = 2**63 - 1
ID = f"int(max={LARGEST})"

blueprint = Blueprint("console", __name__, url_prefix="/console", template_folder="templates")
guard.protect(blueprint)


@blueprint.context_processor
def words() -> dict[str, Any]:
    """What every page of the console may use."""
    return {"w": wording, "nurse": current_nurse}


@blueprint.get("/")
def queue() -> str:
    """Everyone who waits, worst first."""
    nurse = current_nurse()
    note_view(nurse, "queue.viewed", "organization", nurse.organization_id)
    with services().sessions() as session:
        found = queue_of(session, nurse.organization_id, services().clock.now())
    return render_template("console/queue.html", queue=found)


@blueprint.get("/queue.json")
def queue_refresh() -> Response:
    """The same rows for a page that is open already; 304 while nothing changed, so that only news counts as a look."""
    nurse = current_nurse()
    with services().sessions() as session:
        found = queue_of(session, nurse.organization_id, services().clock.now())
    response = jsonify(
        rows=render_template("console/_rows.html", queue=found),
        summary=render_template("console/_summary.html", queue=found),
        waiting=found.waiting,
        alarms=found.alarms,
    )
    response.set_etag(found.version)
    response.headers["Cache-Control"] = "no-store"
    response.make_conditional(request)
    if response.status_code != 304:
        note_view(nurse, "queue.viewed", "organization", nurse.organization_id)
    return response


@blueprint.get(f"/threads/<{ID}:thread_id>")
def thread(thread_id: int) -> str:
    """One conversation, both sides, with the reasons beside it."""
    nurse = current_nurse()
    before = request.args.get("before", type=int)
    if before is not None and not 0 < before <= LARGEST:
        before = None
    return thread_page(nurse, thread_id, before=before)


@blueprint.get(f"/threads/<{ID}:thread_id>/state.json")
def thread_state(thread_id: int) -> Response:
    """Numbers only: whether a newer message came here, and how many wait in the queue."""
    nurse = current_nurse()
    with services().sessions() as session:
        if find_thread(session, nurse, thread_id) is None:
            abort(404)
        found = queue_of(session, nurse.organization_id, services().clock.now())
        newest = newest_inbound(session, thread_id)
    response = jsonify(newest=newest, waiting=found.waiting, alarms=sorted(found.alarms))
    response.headers["Cache-Control"] = "no-store"
    return response


def thread_page(
    nurse: Nurse, thread_id: int, *, before: int | None = None, errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
) -> str:
    """The page of a conversation; after a refused form with what was wrong and what had been typed."""
    with services().sessions() as session:
        if find_thread(session, nurse, thread_id) is None:
            abort(404)
    note_view(nurse, "thread.viewed", "thread", thread_id)
    now = services().clock.now()
    with services().sessions() as session:
        found = find_thread(session, nurse, thread_id)
        if found is None:
            abort(404)
        chart = chart_of(session, found, now, before)
        queue = queue_of(session, nurse.organization_id, now)
    return render_template(
        "console/thread.html", chart=chart, queue=queue, before=before, errors=errors or {}, typed=typed or {}
    )


def note_view(nurse: Nurse, action: str, entity: str, entity_id: int) -> None:
    """Audit a look, in a transaction of its own and before anything is shown."""
    with services().sessions.begin() as session:
        audit.record(
            session, actor=nurse.actor, action=action, entity=entity, entity_id=entity_id,
            now=services().clock.now(),
        )
