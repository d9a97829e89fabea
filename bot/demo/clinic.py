"""A clinic's page with the chat widget, as a demo patient sees it."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template, request

from bot.channels.web.invites import sign_invite
from bot.channels.web.pages import preferred_language, widget_context
from bot.channels.web.texts import texts
from bot.conversation.services import services
from bot.demo.people import demo_patients
from bot.records.people import default_organization

blueprint = Blueprint(
    "demo", __name__, static_folder="static", static_url_path="/demo/static", template_folder="templates"
)

_INVITE_FOR = timedelta(hours=12)


@blueprint.get("/demo")
def clinic() -> str:
    """The page, with the chat of the patient whose id is in the query, the first one's without."""
    own = services()
    now = own.clock.now()
    with own.sessions() as session:
        organization = default_organization(session)
        people = demo_patients(session, now)
    asked = request.args.get("patient", "")
    chosen = next((person for person in people if str(person.id) == asked), people[0] if people else None)
    language = chosen.language if chosen else preferred_language()
    invite = sign_invite(own.settings, chosen.id, now, _INVITE_FOR) if chosen else ""
    return render_template(
        "demo/clinic.html",
        clinic=organization.name,
        people=people,
        chosen=chosen,
        language=language,
        page=texts(language, "page", organization.phone),
        widget=widget_context(
            language, organization.phone, invite=invite, scope=f"demo-{chosen.id}" if chosen else "demo"
        ),
    )
