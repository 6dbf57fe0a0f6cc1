"""One module per language with a syntax tree or headings, each with its ``LANGUAGE``; they are found by being here."""
