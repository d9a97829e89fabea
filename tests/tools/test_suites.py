"""Each environment runs its own part of the tests, and the product's part comes last."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.suites import RASA_OPTIONS, split

CUT = list(RASA_OPTIONS)
IGNORED = ["--ignore=tests/agent", "--ignore=tests/actions"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("agent", "actions", "triage"):
        (tmp_path / "tests" / name).mkdir(parents=True)
    (tmp_path / "tests/agent/test_policy.py").touch()
    (tmp_path / "tests/actions/test_handoff.py").touch()
    return tmp_path


def test_without_arguments_both_run_their_whole_part(root: Path) -> None:
    assert split(root, []) == ([*CUT, "tests/agent", "tests/actions"], IGNORED)


def test_options_go_to_both(root: Path) -> None:
    rasa, product = split(root, ["-k", "fever"])
    assert rasa == [*CUT, "tests/agent", "tests/actions", "-k", "fever"]
    assert product == [*IGNORED, "-k", "fever"]


def test_a_path_runs_only_where_it_belongs(root: Path) -> None:
    one_test = "tests/agent/test_policy.py::test_priority"
    assert split(root, [one_test, "-x"]) == ([*CUT, one_test, "-x"], None)
    assert split(root, ["tests/triage"]) == (None, [*IGNORED, "tests/triage"])


def test_a_suite_without_tests_is_left_out(root: Path) -> None:
    (root / "tests/actions/test_handoff.py").unlink()
    rasa, _ = split(root, [])
    assert rasa == [*CUT, "tests/agent"]
