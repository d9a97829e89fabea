"""The chat as a page of its own, and the widget's files for other pages of ours."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from bot.channels.web.texts import LANGUAGES, texts
from bot.conversation.services import services
from bot.records.people import default_organization

blueprint = Blueprint(
    "chat_pages",
    __name__,
    url_prefix="/chat",
    static_folder="static",
    static_url_path="/static",
    template_folder="templates",
)


def preferred_language() -> str:
    """The language that the page was asked in, else the browser's, else English."""
    asked = request.args.get("language")
    if asked in LANGUAGES:
        return str(asked)
    wanted = (tag.split("-")[0].lower() for tag in request.accept_languages.values())
    return next((language for language in wanted if language in LANGUAGES), "en")


def clinic_phone() -> str:
    """The clinic's number, as the widget and the refusals name it."""
    with services().sessions() as session:
        return default_organization(session).phone


def widget_context(language: str, phone: str, *, invite: str = "", scope: str = "") -> dict[str, object]:
    """What the template `chat/widget.html` needs. `scope` keeps the chats of different people in one browser apart."""
    return {
        "language": language,
        "clinic_phone": phone,
        "invite": invite,
        "scope": scope,
        "texts": texts(language, "widget", phone),
    }


@blueprint.get("/")
def chat() -> str:
    """The chat page. An invite stands behind the `#` of its address, so that it never reaches a log."""
    language, phone = preferred_language(), clinic_phone()
    return render_template(
        "chat/page.html",
        language=language,
        page=texts(language, "page", phone),
        widget=widget_context(language, phone),
    )
