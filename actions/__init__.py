"""The agent's actions, one topic a file; each decides, and leaves the wording to data/texts and data/answers."""
