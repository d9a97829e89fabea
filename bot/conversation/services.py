"""What a web request needs of the product: settings, sessions, clock; kept on the Flask app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app
from sqlalchemy.orm import Session, sessionmaker

from bot.conversation.clock import Clock


@dataclass(frozen=True, slots=True)
class Services:
    """Made once by the app factory."""

    settings: Any
    sessions: sessionmaker[Session]
    clock: Clock


def services(app: Flask | None = None) -> Services:
    """The services of `app`, by default of the app that serves the current request."""
    found: Services = (app or current_app).extensions["recovery"]
    return found
