"""What a visitor tries the product with: made-up patients, a clinic page, a phone. Only under RECOVERY_DEMO=1."""

from __future__ import annotations

from flask import Flask

from bot.demo import clinic, phone


def init_app(app: Flask) -> None:
    """Register the demo's pages."""
    app.register_blueprint(clinic.blueprint)
    app.register_blueprint(phone.blueprint)
