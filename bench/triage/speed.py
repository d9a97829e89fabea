"""How fast: always as a ratio, in one run, against medspaCy or against ourselves."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from bench.triage.messages import ROOT, Message
from bench.triage.peers import medspacy_pipeline
from bot.triage import Context, assess

_CHATTER = "The grandkids came over and we had pie on the porch, my back is a bit sore and it rained. "


class _Nothing:
    def read(self, clauses: object) -> dict[str, float]:
        return {}


def measure(messages: Sequence[Message]) -> dict[str, float]:
    """Name -> figure: messages a second, ratios, seconds to load."""
    texts = [(message.text, message.context) for message in messages]
    nlp = medspacy_pipeline()
    ours, theirs, alone = [], [], []
    for _ in range(3):
        ours.append(_rate(lambda: [assess(text, context) for text, context in texts], len(texts)))
        theirs.append(_rate(lambda: [nlp(text) for text, _ in texts[:100]], 100))
        alone.append(_rate(lambda: [assess(text, context, reader=_Nothing()) for text, context in texts], len(texts)))
    mine, peer, rules = sorted(ours)[1], sorted(theirs)[1], sorted(alone)[1]
    short, long = _per_character(200), _per_character(10_000)
    return {
        "assess, messages a second": mine,
        "medspacy.load() with our target words, messages a second": peer,
        "ratio to medspaCy (at least 1.5)": mine / peer,
        "time a character at 10,000 to that at 200 (at most 1.5)": long / short,
        "share of the second reader (under 0.5)": max(0.0, 1 - mine / rules),
        "seconds to load (under 3)": _load_seconds(),
    }


def _rate(work: Callable[[], object], number: int) -> float:
    began = time.perf_counter()
    work()
    return number / (time.perf_counter() - began)


def _per_character(length: int) -> float:
    text = (_CHATTER * (length // len(_CHATTER) + 1))[:length]
    times = []
    for _ in range(7):
        began = time.perf_counter()
        assess(text, Context(day=3))
        times.append(time.perf_counter() - began)
    return sorted(times)[3] / length


def _load_seconds() -> float:
    code = "from bot.triage import assess; assess('hello')"
    times = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, check=True)
        times.append(time.perf_counter() - began)
    return sorted(times)[1]
