"""The demo's secrets are random, made once, and readable by their owner only."""

from __future__ import annotations

import stat
from pathlib import Path

from tools import demo_env


def test_the_first_run_makes_secrets_that_differ_from_each_other() -> None:
    settings = demo_env.settings_for({}, {}, 8000)
    made = [settings[name] for name in demo_env.SECRETS]
    assert len(set(made)) == len(made)
    assert all(len(secret) >= 40 for secret in made)


def test_the_next_run_keeps_them(tmp_path: Path) -> None:
    path = tmp_path / "var" / "demo.env"
    first = demo_env.settings_for({}, demo_env.read(path), 8000)
    demo_env.write(path, first)
    assert demo_env.settings_for({}, demo_env.read(path), 8000) == first


def test_only_the_owner_may_read_the_file_even_if_it_was_open_before(tmp_path: Path) -> None:
    path = tmp_path / "demo.env"
    path.write_text("SECRET_KEY=old\n")
    path.chmod(0o644)
    demo_env.write(path, demo_env.settings_for({}, demo_env.read(path), 8000))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert demo_env.read(path)["SECRET_KEY"] == "old"


def test_the_callers_environment_comes_first() -> None:
    given = {"DATABASE_URL": "postgresql+psycopg://localhost/clinic", "SECRET_KEY": "own"}
    settings = demo_env.settings_for(given, {"DATABASE_URL": "sqlite:///kept.db", "SECRET_KEY": "kept"}, 8000)
    assert settings["DATABASE_URL"] == "postgresql+psycopg://localhost/clinic"
    assert settings["SECRET_KEY"] == "own"


def test_the_address_follows_the_port_unless_one_is_given() -> None:
    kept = {"PUBLIC_BASE_URL": "http://127.0.0.1:8000"}
    assert demo_env.settings_for({}, kept, 9000)["PUBLIC_BASE_URL"] == "http://127.0.0.1:9000"
    given = {"PUBLIC_BASE_URL": "https://clinic.example"}
    assert demo_env.settings_for(given, kept, 9000)["PUBLIC_BASE_URL"] == "https://clinic.example"


def test_the_demos_open_doors_are_never_kept_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "demo.env"
    demo_env.write(path, demo_env.settings_for({"RECOVERY_DEMO": "1"}, {"RECOVERY_DEMO": "1"}, 8000))
    assert "RECOVERY_DEMO" not in path.read_text()
