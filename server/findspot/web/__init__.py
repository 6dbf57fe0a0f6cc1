"""The search page and the HTTP interface, on this machine only."""
