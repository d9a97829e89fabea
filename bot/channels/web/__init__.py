"""The chat on the clinic's site: a JSON API, and the widget that speaks it."""
