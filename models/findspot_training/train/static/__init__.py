"""Trains the static embedder on texts and the functions they are about, taken from git repositories."""
