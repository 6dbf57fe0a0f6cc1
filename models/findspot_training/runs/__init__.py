"""Recorded runs of agents: what they called, what came back, and which of the calls were redundant."""
