"""Measured speed and accuracy: each report is written to bench/out, against a named peer in the same run."""
