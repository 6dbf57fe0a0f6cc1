"""Trajectories: recorded work of agents with tools, read from files, and what of it was redundant."""
