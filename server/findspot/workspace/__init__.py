"""Folders and files: roots, the walk, ignore and skip rules, guarded reading, watching; owns watchdog."""
