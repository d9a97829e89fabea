"""Recovery Line: post-discharge symptom triage by text message and web chat."""
