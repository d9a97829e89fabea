"""Plays conversations from a file through the product's own path, on a database and a clock made for them alone."""
