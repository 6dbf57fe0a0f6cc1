"""Pure functions and plain data; standard library and numpy only, no I/O (I-1)."""
