"""What is peculiar to each language: one record each in ``records``, and what is looked up in all of them.

A new language is a module in ``records``, a query in ``queries`` and a sample with its outline in ``tests/data/languages``.
Knows names and how things are written; neither tree-sitter nor any file.
"""
