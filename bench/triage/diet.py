"""Runs in the agent's environment: trains Rasa's default pipeline on train.json and writes its levels for test.json."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import yaml

os.environ.update(RASA_TELEMETRY_ENABLED="false", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")

#: What `rasa init` writes for 3.6, as its comment says that the default is.
PIPELINE = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True},
]


def main(folder: Path) -> None:
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    examples: dict[str, list[str]] = {}
    for text, level in json.loads((folder / "train.json").read_text(encoding="utf-8")):
        plain = " ".join(text.replace("[", " ").replace("]", " ").split())
        if plain:
            examples.setdefault(level, []).append(plain)
    nlu = [{"intent": level, "examples": "".join(f"- {text}\n" for text in texts)} for level, texts in examples.items()]
    (folder / "nlu.yml").write_text(
        yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True), encoding="utf-8"
    )
    (folder / "config.yml").write_text(yaml.safe_dump({"recipe": "default.v1", "language": "en", "pipeline": PIPELINE}))
    path = train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder / "models"))
    agent = Agent.load(path)

    async def levels() -> list[str]:
        texts = json.loads((folder / "test.json").read_text(encoding="utf-8"))
        return [(await agent.parse_message(text or " "))["intent"]["name"] or "none" for text in texts]

    (folder / "levels.json").write_text(json.dumps(asyncio.run(levels())))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
