"""The floor of every front end: messages, workspaces of several roots, questions to them, scheduling, tools."""
