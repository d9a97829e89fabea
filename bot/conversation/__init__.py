"""One turn, start to end: take in, screen, ask the agent, merge, answer, flag; and the outbox."""
