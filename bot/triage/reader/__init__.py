"""The second reader: a statistical look at what the rules may have missed. It raises doubts and never lowers a level.

`SecondReader` is the plug: anything with a `read` method that gives a probability per finding can take its place.
"""

from bot.triage.reader.doubts import Doubt, Thresholds, doubts_about
from bot.triage.reader.model import LinearReader, load_reader
from bot.triage.reader.plug import Clauses, SecondReader

__all__ = ["Clauses", "Doubt", "LinearReader", "SecondReader", "Thresholds", "doubts_about", "load_reader"]
