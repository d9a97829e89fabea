"""Writes bench/out/triage.md and .html: accuracy on dev and on the corpus with authors held out, peers, speed."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from bench.triage.held_out import cross_validated, folds, train_reader, train_triage
from bench.triage.messages import DEV, Message, corpus, read
from bench.triage.peers import diet_readings, medspacy_pipeline, medspacy_readings, train_tfidf
from bench.triage.report import Report, compare, details, plot
from bench.triage.scoring import Reading, score
from bench.triage.speed import measure
from bot.triage import Disposition, assess
from bot.triage.engine import clauses_of
from bot.triage.reader.plug import ANY

OUT = Path(__file__).resolve().parents[1] / "out"
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


class _Silent:
    def read(self, clauses: object) -> dict[str, float]:
        return {}


def curve(messages: Sequence[Message]) -> list[tuple[float, float, float]]:
    """(threshold, harmless asked about, red flags missed by the rules that are asked about), authors held out."""
    likely: list[tuple[float, Message]] = []
    for training, test in folds(messages):
        reader = train_reader([messages[place] for place in training])
        for message in (messages[place] for place in test):
            if assess(message.text, message.context, reader=_Silent()).disposition < Disposition.URGENT:
                likely.append((reader.read(clauses_of(message.text, message.context))[ANY], message))
    harmless = sum(message.is_harmless for message in messages)
    missed = sum(message.low >= Disposition.URGENT for _, message in likely)
    return [
        (
            threshold,
            sum(p >= threshold and message.is_harmless for p, message in likely) / max(harmless, 1),
            sum(p >= threshold and message.low >= Disposition.URGENT for p, message in likely) / max(missed, 1),
        )
        for threshold in THRESHOLDS
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.triage", description=__doc__)
    parser.add_argument("--dev", type=Path, default=DEV, help="a JSONL file of labelled messages outside the corpus")
    parser.add_argument(
        "--no-diet", action="store_true", help="leave out Rasa's default pipeline, which trains for minutes"
    )
    arguments = parser.parse_args()
    began = time.monotonic()

    def step(what: str) -> None:
        print(f"[{time.monotonic() - began:5.0f} s] {what}", flush=True)

    messages = corpus()
    report = Report("Triage: accuracy and speed")
    step(f"{len(messages)} messages by {len({m.author for m in messages})} authors")
    ours = score(messages, cross_validated(messages, train_triage))
    scores = {"triage": ours}
    step("triage, authors held out")
    rules = [Reading.of(assess(m.text, m.context, reader=_Silent())) for m in messages]
    scores["rules alone"] = score(messages, rules)
    scores["TF-IDF + logistic regression"] = score(messages, cross_validated(messages, train_tfidf))
    step("TF-IDF, authors held out")
    nlp = medspacy_pipeline()
    scores["medspaCy, same target words"] = score(messages, medspacy_readings(nlp, messages))
    step("medspaCy")
    compare(report, "Corpus, each message read by readers that never saw its author", scores)
    if arguments.dev.exists():
        dev = read(arguments.dev)
        on_dev = {
            "triage": score(dev, train_triage(messages)(dev)),
            "TF-IDF + logistic regression": score(dev, train_tfidf(messages)(dev)),
            "medspaCy, same target words": score(dev, medspacy_readings(nlp, dev)),
        }
        if not arguments.no_diet:
            step("training Rasa's default pipeline (DIET) on the corpus")
            on_dev["Rasa default (DIET)"] = score(dev, diet_readings(messages, dev))
        compare(report, f"{arguments.dev.name}: {len(dev)} messages, none of them in the corpus", on_dev)
        details(report, "Dev", on_dev["triage"])
        step("dev")
    details(report, "Corpus", ours)
    figures = measure(messages[::10])
    report.table("Speed", ["figure", "value"], [[name, f"{value:.2f}"] for name, value in figures.items()])
    points = curve(messages)
    report.table(
        "Threshold of the second reader",
        ["threshold", "harmless asked", "missed red flags asked"],
        [[f"{t:g}", f"{100 * h:.1f}%", f"{100 * m:.1f}%"] for t, h, m in points],
    )
    report.pictures = plot(OUT, points, ours)
    report.write(OUT, "triage")
    step(f"written to {OUT / 'triage.md'} and .html")
    for title, header, rows in report.tables[:2]:
        print(f"\n{title}\n" + "\n".join("  " + " | ".join(row) for row in [header, *rows]))
    print("\nSpeed\n" + "\n".join(f"  {name}: {value:.2f}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
