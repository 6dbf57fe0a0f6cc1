"""The index on disk: SQLite as the source, usearch derived from it."""
