"""The interactive view in a terminal."""
