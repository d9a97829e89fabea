"""`make bench`: every measure in turn; each also runs alone (`python -m bench.triage`, `python -m bench.corpus`)."""

from __future__ import annotations

import sys

from bench import corpus
from bench.triage.__main__ import main as measure_triage


def main() -> None:
    corpus.main()
    sys.argv = [sys.argv[0], "--no-diet"]
    measure_triage()


if __name__ == "__main__":
    main()
