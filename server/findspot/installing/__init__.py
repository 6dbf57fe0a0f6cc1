"""Setting up the programs that people code with, so that they start Findspot's server and know when to use it.

``agents`` is the table of those programs; ``jsonc``, ``toml`` and ``sections`` edit a text and leave the rest of it alone;
``files`` reads, backs up and replaces; ``plans`` says what is to change where.
"""
