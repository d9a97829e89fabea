"""Every setting of the product, read once from the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
#: Written by `make run`, so that the commands find the demo's database and keys from another terminal.
DEMO_ENV_FILE = ROOT / "var" / "demo.env"


class SettingsError(Exception):
    """The environment does not describe a service that may be started; the message says what to set."""


class Settings(BaseSettings):
    """The settings, with their defaults. Secrets have no default."""

    model_config = SettingsConfigDict(extra="ignore", case_sensitive=False)

    database_url: str = "sqlite:///var/recovery.db"
    secret_key: SecretStr = SecretStr("")
    password_salt: SecretStr = SecretStr("")
    public_base_url: str = "http://127.0.0.1:8000"
    recovery_demo: bool = False

    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_api_base_url: str | None = None
    twilio_messaging_service_sid: str | None = None

    agent_url: str = "http://127.0.0.1:5005"
    agent_channel_key: SecretStr = SecretStr("")
    agent_deadline_seconds: float = Field(default=4.0, gt=0, le=30)

    chat_session_hours: int = Field(default=12, ge=1, le=24 * 14)
    ratelimit_storage_uri: str = "memory://"
    #: How many reverse proxies stand before the service; only that many X-Forwarded-For entries are believed.
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    #: With a token, /metrics asks for it (`Authorization: Bearer …`); without one, it answers this machine only.
    metrics_token: SecretStr = SecretStr("")

    worker_threads: int = Field(default=2, ge=1, le=32)
    turn_lease_seconds: float = Field(default=20.0, gt=1, le=600)
    max_body_bytes: int = 64 * 1024

    @model_validator(mode="after")
    def _absolute_sqlite(self) -> Self:
        prefix = "sqlite:///"
        path = self.database_url.removeprefix(prefix)
        if self.database_url.startswith(prefix) and path and not path.startswith("/") and path != ":memory:":
            self.database_url = f"{prefix}{ROOT / path}"
        return self

    def check(self) -> Self:
        """Refuse to start a service without its secrets. Raises SettingsError that names each missing variable."""
        missing = [
            name
            for name, value in (
                ("SECRET_KEY", self.secret_key),
                ("PASSWORD_SALT", self.password_salt),
                ("AGENT_CHANNEL_KEY", self.agent_channel_key),
                ("TWILIO_AUTH_TOKEN", self.twilio_auth_token),
            )
            if not value.get_secret_value()
        ]
        if not self.recovery_demo and not self.twilio_account_sid:
            missing.append("TWILIO_ACCOUNT_SID")
        if missing:
            raise SettingsError(f"Set {', '.join(missing)} in the environment (see README.md, Configure).")
        return self


def load_settings() -> Settings:
    """Read the environment; outside any configured service, the demo's own file as well.

    `RECOVERY_DEMO` counts only when it stands in the real environment, never from the file.
    """
    env_file = DEMO_ENV_FILE if "DATABASE_URL" not in os.environ and DEMO_ENV_FILE.exists() else None
    settings = Settings(_env_file=env_file)  # type: ignore[call-arg]
    if "RECOVERY_DEMO" not in os.environ:
        settings.recovery_demo = False
    return settings
