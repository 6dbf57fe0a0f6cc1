"""Bash and the shells that read the same."""

from __future__ import annotations

from findspot.languages.conventions import PREFIX, SUFFIX
from findspot.languages.record import Grammar, Language, words

LANGUAGE = Language(
    name="bash",
    suffixes=words("sh bash zsh ksh bats"),
    file_names=words(".bashrc .bash_profile .profile .zshrc pkgbuild"),
    interpreters=words("bash dash zsh ksh sh"),
    grammar=Grammar(module="tree_sitter_bash", queries=("bash",)),
    test_name=f"{PREFIX}|{SUFFIX}",
)
