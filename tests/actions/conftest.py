"""These tests need Rasa: they run in its own environment, `.venv-rasa`, and are left out in any other."""

from __future__ import annotations

import importlib.util

collect_ignore_glob = [] if importlib.util.find_spec("rasa") else ["test_*.py"]
