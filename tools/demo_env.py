"""The demo's own settings in var/demo.env: random secrets made once, kept between runs, read by the commands."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

SECRETS = ("SECRET_KEY", "PASSWORD_SALT", "AGENT_CHANNEL_KEY", "TWILIO_AUTH_TOKEN")
DEFAULT_DATABASE_URL = "sqlite:///var/recovery.db"
HEADING = "# The demo's settings, made by `make run`. Not for a clinic: see README.md, Configure.\n"


def read(path: Path) -> dict[str, str]:
    """The settings in the file; none when there is no file."""
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def settings_for(environ: Mapping[str, str], kept: Mapping[str, str], port: int) -> dict[str, str]:
    """The environment comes first, then what was kept, then a fresh secret. The address follows the port."""
    settings = {name: environ.get(name) or kept.get(name) or secrets.token_urlsafe(32) for name in SECRETS}
    settings["DATABASE_URL"] = environ.get("DATABASE_URL") or kept.get("DATABASE_URL") or DEFAULT_DATABASE_URL
    settings["PUBLIC_BASE_URL"] = environ.get("PUBLIC_BASE_URL") or f"http://127.0.0.1:{port}"
    return settings


def write(path: Path, settings: Mapping[str, str]) -> None:
    """Write the file so that only its owner can read it, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(HEADING + "".join(f"{name}={value}\n" for name, value in settings.items()))
    draft.replace(path)
