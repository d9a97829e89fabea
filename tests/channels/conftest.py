"""Fixtures of the channels' tests."""

import pytest

from tests.browser import browser, page  # noqa: F401
from tests.channels.support import running_service


@pytest.fixture
def service(sqlite_url):
    """A service with its own database, one clinic and one patient."""
    with running_service(sqlite_url) as running:
        yield running


@pytest.fixture
def client(service):
    """A client of that service."""
    return service.app.test_client()
