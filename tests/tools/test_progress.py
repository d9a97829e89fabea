"""Progress lines say which step of how many, and how long it took."""

from __future__ import annotations

import io

import pytest

from tools.progress import Progress


def test_a_step_is_announced_and_timed() -> None:
    out, ticks = io.StringIO(), iter([10.0, 13.25])
    progress = Progress(2, out, lambda: next(ticks))
    with progress.step("Installing"):
        assert out.getvalue() == "[1/2] Installing …\n"
    progress.skip("The model is up to date")
    assert out.getvalue().splitlines()[1:] == ["      done in 3.2 s", "[2/2] The model is up to date"]


def test_a_step_that_fails_is_not_called_done() -> None:
    out = io.StringIO()
    with pytest.raises(RuntimeError), Progress(1, out).step("Installing"):
        raise RuntimeError
    assert "done" not in out.getvalue()
