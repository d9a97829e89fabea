"""Fixtures of the demo's tests."""

import pytest

from bot.demo.seed import seed_demo
from tests.browser import browser, page  # noqa: F401
from tests.channels.support import empty_service


@pytest.fixture
def service(sqlite_url):
    """A demo service with the demo's data."""
    with empty_service(sqlite_url, recovery_demo=True, twilio_account_sid="") as running:
        with running.sessions() as session:
            running.access = seed_demo(session, running.clock.now(), password_salt=running.settings.password_salt)
        yield running
