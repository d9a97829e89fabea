"""Triage gives the same assessments under Rasa's interpreter and under the product's."""

from __future__ import annotations

import json
import subprocess

import pytest

from bot.triage import Context, assess
from tests.agent.messages import ROOT

PRODUCT = ROOT / ".venv" / "bin" / "python"
SAMPLE = [
    ("my chest hurts", {"day": 2}),
    ("cant pee since last night", {"day": 3}),
    ("my legs went to jelly and i cant feel wiping", {"day": 1}),
    ("no fever but my left leg feels weak", {"day": 5, "blood_thinner": True}),
    ("had chest pain last night, gone now", {"day": 4}),
    ("my toes have been numb for years, same as always", {"day": 9}),
    ("what if i get a fever?", {"day": 2}),
    ("my grandson has a feaver, can he visit?", {"day": 2}),
    ("temp 101.5 and shaking like a leaf", {"day": 6}),
    ("101.2", {"day": 6, "asked": "temperature"}),
    ("1012", {"day": 6, "asked": "temperature"}),
    ("yes", {"day": 6, "asked": "breathing"}),
    ("nope", {"day": 6, "asked": "legs"}),
    ("an 8, worse than yesturday", {"day": 6, "asked": "pain"}),
    ("sore where the needle went in 🤕", {"day": 1}),
    ("can i take ibuprofen with eliquis", {"day": None}),
    ("me duele el pecho y no puedo respirar", {"day": 2, "language": "es"}),
    ("no tengo fiebre", {"day": 2, "language": "es"}),
    ("tengo 38,5 de fiebre", {"day": 2, "language": "es"}),
    ("the garden looks lovely", {"day": 2}),
    ("", {}),
    ("\x00 <b>hi</b> '; drop table", {}),
]
SCRIPT = """
import json, sys
from bot.triage import Context, assess
for text, context in json.load(sys.stdin):
    print(json.dumps(assess(text, Context.from_mapping(context)).as_dict()))
"""


def test_the_same_text_gives_the_same_assessment_in_both() -> None:
    if not PRODUCT.exists():
        pytest.skip("the product's environment .venv is not set up")
    done = subprocess.run(
        [str(PRODUCT), "-c", SCRIPT], cwd=ROOT, input=json.dumps(SAMPLE), capture_output=True, text=True, check=True
    )
    there = [json.loads(line) for line in done.stdout.splitlines()]
    here = [json.loads(json.dumps(assess(text, Context.from_mapping(context)).as_dict())) for text, context in SAMPLE]
    assert there == here
