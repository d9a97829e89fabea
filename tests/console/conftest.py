"""Fixtures of the console's tests: a service, a clinic with a nurse, browsers of two kinds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page

from tests.browser import browser, page, serving  # noqa: F401
from tests.channels.support import Service, empty_service
from tests.console.scene import PASSWORD, Scene


@pytest.fixture
def url(sqlite_url: str) -> str:
    """The database of the test; modules that run on both kinds say so."""
    return sqlite_url


@pytest.fixture
def service(url: str) -> Iterator[Service]:
    """A service on that database, with nobody in it."""
    with empty_service(url, public_base_url="http://127.0.0.1:8000") as running:
        # Argon2 all the same, but with costs for tests: most of them sign somebody in.
        running.app.extensions["security"].pwd_context.update(argon2__rounds=1, argon2__memory_cost=64)
        yield running


@pytest.fixture
def scene(service: Service) -> Scene:
    return Scene(service)


@pytest.fixture
def clinic(scene: Scene) -> int:
    return scene.clinic()


@pytest.fixture
def ana(scene: Scene, clinic: int) -> int:
    """The nurse who uses the console in most tests: ana@clinic.example."""
    return scene.nurse(clinic, "Ana Reyes")


class Console:
    """A nurse's browser without scripts."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, **more)

    def post(self, path: str, **fields: Any) -> Any:
        """Send a form as a page of the console does: with the token, and with the newest message that it showed."""
        return self.client.post(path, data={"csrf_token": self.token(), **fields})

    def token(self) -> str:
        """The form token of this session; the login page has one, every console page as well."""
        html = self.client.get("/login").text or ""
        if "csrf_token" not in html:
            html = self.client.get("/console/").text
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
        assert found, html
        return found[1]

    def sign_in(self, email: str = "ana@clinic.example", password: str = PASSWORD, **more: Any) -> Any:
        fields = {"csrf_token": self.token(), "email": email, "password": password}
        return self.client.post("/login", data=fields, **more)


@pytest.fixture
def console(service: Service) -> Console:
    """Nobody is signed in yet."""
    return Console(service.app.test_client())


@pytest.fixture
def as_ana(console: Console, ana: int) -> Console:
    """Ana is signed in."""
    assert console.sign_in().status_code == 302
    return console


@pytest.fixture
def address(service: Service) -> Iterator[str]:
    """Where the service is reached by a real browser."""
    with serving(service.app) as url:
        yield url


@pytest.fixture
def chrome(address: str, page: Page, ana: int) -> Page:  # noqa: F811
    """Ana, signed in with a real browser."""
    page.goto(f"{address}/login")
    page.get_by_label("E-mail").fill("ana@clinic.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/console/")
    return page
