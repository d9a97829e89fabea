"""uv learns from pip's own configuration where to fetch and whom to trust."""

from __future__ import annotations

from pathlib import Path

from tools.installer import parse_pip_settings, uv_environment, uv_inside

LISTING = """\
:env:.cert='/etc/ssl/company.pem'
global.cert='/etc/ssl/other.pem'
global.index-url='https://mirror.example/simple'
WARNING without a value
"""


def test_pips_variables_win_over_its_files() -> None:
    settings = parse_pip_settings(LISTING)
    assert settings == {"cert": "/etc/ssl/company.pem", "index-url": "https://mirror.example/simple"}


def test_uv_is_told_what_pip_knows() -> None:
    environ = uv_environment({"PATH": "/bin"}, parse_pip_settings(LISTING))
    assert environ == {
        "PATH": "/bin",
        "SSL_CERT_FILE": "/etc/ssl/company.pem",
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
    }


def test_what_uv_was_told_itself_counts_first() -> None:
    environ = uv_environment({"UV_DEFAULT_INDEX": "https://own.example"}, {"index-url": "https://mirror.example"})
    assert environ["UV_DEFAULT_INDEX"] == "https://own.example"


def test_an_active_environment_of_the_callers_is_not_installed_into() -> None:
    assert "VIRTUAL_ENV" not in uv_environment({"VIRTUAL_ENV": "/home/me/venv"}, {})


def test_an_environment_without_uv_has_none(tmp_path: Path) -> None:
    assert uv_inside(tmp_path) is None
