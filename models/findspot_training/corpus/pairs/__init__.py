"""Pairs of a text and the function it is about, from git repositories, for every model that learns from such."""
