"""The peers: TF-IDF with logistic regression, medspaCy with our target words, Rasa's default DIET pipeline."""

from __future__ import annotations

import json
import logging
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.triage.messages import ROOT, Message
from bench.triage.scoring import Reading
from bot.triage import Disposition
from bot.triage.lexicon import load_lexicon
from bot.triage.protocol import load_protocol
from bot.triage.rules import Found, decide, meaning_of_sign

RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"


def train_tfidf(messages: Sequence[Message]) -> Callable[[Sequence[Message]], list[Reading]]:
    """Words and word pairs, one logistic regression over the five levels."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10, max_iter=1000, random_state=0)
    )
    model.fit([message.text for message in messages], [int(message.low) for message in messages])
    return lambda unseen: [Reading(Disposition(int(level))) for level in model.predict([m.text for m in unseen])]


def quiet_medspacy() -> None:
    """Switch medspaCy's logging off: PyRuSH writes patients' text to it."""
    logging.disable(logging.INFO)
    try:
        from loguru import logger
    except ImportError:
        return
    logger.remove()


def medspacy_pipeline() -> Any:
    """`medspacy.load()` with our English target words: each plain phrase of a sign is a target of that sign's name."""
    quiet_medspacy()
    import medspacy
    from medspacy.target_matcher import TargetRule

    nlp = medspacy.load()
    rules = []
    for pattern in load_lexicon("en").patterns:
        if not pattern.target.startswith("sign:"):
            continue
        for phrase in _literal(pattern.source):
            rules.append(TargetRule(phrase, pattern.target.removeprefix("sign:").upper()))
    nlp.get_pipe("medspacy_target_matcher").add(rules)
    return nlp


def _literal(line: str) -> list[str]:
    """The plain phrases that a lexicon line holds, without its concepts and exclusions."""
    phrases = []
    for term in (part.strip() for part in line.split("&")):
        if term.startswith("!") or "<" in term:
            continue
        for part in term.split(".."):
            words = part.strip().strip("()")
            if words and " " not in words:
                phrases.extend(words.split("|"))
            elif words and "|" not in words:
                phrases.append(words)
    return [phrase for phrase in phrases if len(phrase) > 2]


def medspacy_readings(nlp: Any, messages: Sequence[Message]) -> list[Reading]:
    """What medspaCy's targets and ConText, put through our protocol's table, make of the messages."""
    protocol = load_protocol()
    readings = []
    for message in messages:
        found = []
        for entity in nlp(message.text).ents:
            status = entity._
            if status.is_negated or status.is_hypothetical or status.is_historical or status.is_family:
                continue
            finding = meaning_of_sign(entity.label_.lower(), message.context, None, frozenset(), protocol)
            if finding:
                found.append(Found(finding))
        level, _, _ = decide(found, frozenset(), message.context, protocol)
        readings.append(Reading(level, frozenset(item.finding for item in found)))
    return readings


def diet_readings(training: Sequence[Message], unseen: Sequence[Message]) -> list[Reading]:
    """Rasa's default pipeline with DIET: the five levels are its intents. Runs in the agent's environment."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "train.json").write_text(json.dumps([[m.text, m.low.id] for m in training]), encoding="utf-8")
        (work / "test.json").write_text(json.dumps([m.text for m in unseen]), encoding="utf-8")
        script = Path(__file__).with_name("diet.py")
        subprocess.run([str(RASA_PYTHON), "-W", "ignore", str(script), folder], check=True, cwd=work)
        levels = json.loads((work / "levels.json").read_text(encoding="utf-8"))
    return [Reading(Disposition.of(level)) for level in levels]
