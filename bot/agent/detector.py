"""The last component of the NLU pipeline: reads the message with triage and puts red flags above every intent."""

from __future__ import annotations

import hashlib
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.agent.check_in import load_plan
from bot.agent.dialogue import Dialogue
from bot.agent.understanding import FALLBACK, understand
from bot.triage import Context, assess
from bot.triage.schema import DATA

#: The property of a parsed message that holds what `understand` made of it.
TURN = "turn"
_DATA_FOLDERS = ("protocol", "lexicon")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class RedFlagDetector(GraphComponent):
    """Stands after FallbackClassifier, which would otherwise overwrite the intent."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> RedFlagDetector:
        """Reads the triage data now, so that the first patient does not wait for it."""
        for language in ("en", "es"):
            assess("hello", Context(language=language))
        load_plan()
        return cls()

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """A hash of the triage data, so that a change of the protocol or the lexicon is a change of this component."""
        digest = hashlib.sha256()
        for folder in _DATA_FOLDERS:
            for path in sorted((DATA / folder).glob("*.yml")):
                digest.update(path.name.encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()

    def process(self, messages: list[Message]) -> list[Message]:
        """Read each message; the text and context come from the channel's metadata where there is any."""
        for message in messages:
            metadata = message.get("metadata") or {}
            proposed = (message.get(INTENT) or {}).get(INTENT_NAME_KEY) or FALLBACK
            understanding = understand(
                metadata.get("text", message.get(TEXT) or ""),
                Context.from_mapping(metadata.get("context") or {}),
                Dialogue.from_mapping(metadata.get("dialogue") or {}),
                proposed,
            )
            if understanding.intent != proposed:
                message.set(
                    INTENT, {INTENT_NAME_KEY: understanding.intent, PREDICTED_CONFIDENCE_KEY: 1.0}, add_to_output=True
                )
            message.set(TURN, understanding.as_dict(), add_to_output=True)
        return messages
