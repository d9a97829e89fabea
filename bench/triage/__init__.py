"""How well and how fast triage reads messages, beside three peers: `python -m bench.triage`."""
