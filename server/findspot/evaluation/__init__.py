"""How right Findspot is on a repository's own past: commit messages against the functions they changed."""
