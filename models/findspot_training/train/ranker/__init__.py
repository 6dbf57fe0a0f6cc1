"""The learned rankers: what they learn from, how they are trained, and how they are written."""
