"""Commit messages: what is left of one when numbers, addresses and trailers are gone, and which are no use at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MIN_WORDS: Final = 4
"""A subject with fewer words names no behaviour that anyone could look for."""

_BODY_CHARACTERS: Final = 4000
_RAW_CHARACTERS: Final = 20_000
_LINE_CHARACTERS: Final = 1000
"""A longer line is data that somebody pasted."""

_TRAILER = re.compile(
    r"""
      [A-Za-z]+(?:-[A-Za-z]+)*-(?:by|on|id|result|queue|trybot|submit|to|for|from|version|verified|change|pr|issue|ci|lgtm):.*
    | (?:lgtm|r|cc|tbr|bug)=\S.* | trust:.*
    | (?:cc|bug|issue|issues|tbr|link|links|fixes|fix|closes|close|resolves|refs?|references|related|see|ticket|reviewers?
        |differential\ revision|no-?verify|branch|pr|signed|run-trybot|tryjob|pull\ request|pr\ checklist
        |cr|subsystem|task|test\ plan)\s*:\s*(?:\S+(?:\s+|$)){0,4}
    | \(?cherry[\ -]picked\ from.* | .*generated\ with\ \[.* | co-authored.* | git-svn-id.* | gitorigin-.*
    | \#\ conflicts:?.* | -{3,}\s* | \*\ {1,3}\*\ {1,3}\*\s*
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""A line that says who, where or which ticket, never what changed."""

_REFERENCE = r"(?:[\w.-]+/[\w.-]+|[a-z][\w-]+)?\#\d+|\bGH-?\d+|\bCL\s\d{4,}|\bbpo-\d+"
_VERB = (
    r"(?:(?:partially\s+)?(?:fix(?:es|ed)?|clos(?:es?|ed)|resolv(?:es?|ed)|refs?|references?|updates?|addresses"
    r"|see(?:\s+also)?|for|issues?|pr|pull\s+request|part\s+of|related\s+to|follow[\s-]?up\s+(?:to|of|for))[\s:]+)?"
)
_REFERENCES = re.compile(
    rf"[(\[]\s*{_VERB}(?:{_REFERENCE})(?:[,;/&\s]+(?:and\s+)?{_VERB}(?:{_REFERENCE}))*\s*[)\]]"
    rf"|(?<![\w&]){_VERB}(?:{_REFERENCE})(?:[,;&\s]+(?:and\s+)?{_VERB}(?:{_REFERENCE}))*\b",
    re.IGNORECASE,
)
_TICKET = re.compile(r"^(?:\[[A-Z]{2,10}-\d+\][:\s-]*|[A-Z]{2,10}-\d+\s*:\s*)")
_ADDRESS = re.compile(r"<?https?://[^\s>)\]]+>?|<[\w.+-]+@[\w.-]+>")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\((?:https?:|[#/.])[^)\s]*\)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CHECKBOX = re.compile(r"^[ \t]*[-*][ \t]*\[[ xX]\].*$", re.MULTILINE)
_EMPTY = re.compile(r"[(\[]\s*[)\]]")
_BLANKS = re.compile(r"[ \t]{2,}")
_WORD = re.compile(r"[^\W\d_][\w'-]*")

_SCOPE = r"(?:\([^)]*\))?!?"
_FILLER = (
    r"(?:(?:fix(?:e[sd]|ing)?|run|re-?run|ran|apply|applied|correct(?:ed)?|remove[sd]?|address(?:ed)?|satisfy|silence|make"
    r"|minor|small|tiny|some|several|few|more|a|an|the|all|various|trivial|code|auto|and|python|add(?:ed|s)?|update[sd]?"
    r"|improve[sd]?|tweak(?:ed)?|clarify|clean(?:ed)?|up|cleanup|missing|another|in|of|to|with|by|for|from|unused)\s+)*"
)
_TOOLS = (
    r"(?:typos?|spelling|lint(?:s|ing|ed)?|formatting|re-?format(?:ted|ting)?|white-?\s?space|gofmt|go\s+(?:fmt|vet)"
    r"|rustfmt|cargo\s+fmt|clippy|pyflakes|pylint|flake8|isort|pep-?8|grammar|copyrights?|authors|contributors)\b(?!:)"
)
_TEXTS = (
    r"(?:docs?|documentation|doc-?\s?strings?|readme|changelog|comments?|news|release\s+notes?|translations?|javadocs?"
    r"|godocs?|type\s+(?:hints?|annotations?)|annotations?|imports?|(?:compiler\s+)?warnings?|licen[cs]es?|style|mypy"
    r"|indentation|prettier|ruff|black)(?=\s*(?:$|[.,;(]|(?:in|for|of|to|on|about|and|from|with|by)\b))"
)
"""Words that are also what some project is about, so they count at the end of what is said to be done only."""

_UPDATES = (
    r"(?:\S+:\s+)?(?:upgrad|updat|bump|pin|roll|vendor|sync)\w*\s.*"
    r"(?:\bto\s+v?\d+[.\d]*|dependenc|\bdeps\b|requirements?\b|lock\s?file|submodules?|go\.mod|third[\s-]party|vendor)"
)
_RELEASES = (
    r"bump\b|releas(?:e[sd]?|ing)(?=\s*(?:$|[:v\d]|version|candidate|notes?))"
    r"|prepar(?:e|ing)\s+(?:for\s+)?(?:the\s+)?(?:next|release|v?\d)|cut\s+(?:a\s+)?release"
    r"|(?:start|begin|open)\s+(?:work\s+on\s+)?v?\d+\.\d|v?\d+\.\d[\w.-]*\s*(?:release)?\s*$|version\s+v?\d"
    r"|(?:set|change|increment|update|upgrade)\w*\s+(?:the\s+)?version\b|back\s+to\s+dev(?:elopment)?\b"
    r"|.*\b(?:dependabot|renovate|pre-commit\s+autoupdate)\b"
)
_KINDS = rf"(?:style|docs?|documentation|chore|ci|build|lint|typos?|readme|changelog|infra|meta|i18n|l10n){_SCOPE}:"

_SUBJECTS: Final = (
    ("merge", r"merged?\s+(?:branch|pull|pr\b|remote|tag|commit|in(?:to)?\b|from|with|\S+\s+into)|automerge"),
    ("revert", rf"(?:revert|reland|re-?apply|back\s?out|unrevert)(?:s|ed|ing)?\b|revert{_SCOPE}:"),
    (
        "release or dependency",
        rf"(?:chore|build|fix|ci){_SCOPE}:?\s*\(?deps|(?:chore|release){_SCOPE}:\s*(?:release|v?\d)|{_UPDATES}|{_RELEASES}",
    ),
    ("style or documents", rf"{_KINDS}|\[(?:docs?|ci|chore|style|typo)\]|{_FILLER}(?:{_TOOLS}|{_TEXTS})"),
)
"""Reasons to leave a commit out, each with how its subject begins; the first that fits is counted."""

_TYPOS = re.compile(r"\btypos?\b|\bmisspell|\bspelling\b", re.IGNORECASE)
_UNFINISHED = re.compile(r"(?:wip|fixup!|squash!|amend!|temp|tmp|checkpoint)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is learned from: one line of subject, and a body that may be empty."""

    subject: str
    body: str

    @property
    def text(self) -> str:
        """Subject and body, with a blank line between them."""
        return f"{self.subject}\n\n{self.body}" if self.body else self.subject


def clean(raw: str) -> Message:
    """Take issue numbers, trailers, addresses, checkboxes and HTML comments out of a commit's message."""
    text = _COMMENT.sub("", raw[:_RAW_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")).strip()
    subject, _, body = text.partition("\n")
    subject = _TICKET.sub("", _plain(subject[:_LINE_CHARACTERS]))
    lines = [line for line in _CHECKBOX.sub("", body).split("\n") if len(line) <= _LINE_CHARACTERS]
    kept = [_plain(line) for line in lines if not _TRAILER.fullmatch(line.strip())]
    body = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return Message(subject.strip(" \t:;,-"), body[:_BODY_CHARACTERS].rstrip() if _WORD.search(body) else "")


def _plain(line: str) -> str:
    """Return one line without references and addresses; its indentation stays, since code lives by it."""
    lead = line[: len(line) - len(line.lstrip())]
    bare = _ADDRESS.sub("", _LINK.sub(r"\1", line))
    bare = _EMPTY.sub("", _REFERENCES.sub("", bare))
    if bare == line:
        return line.rstrip()
    bare = _BLANKS.sub(" ", bare).strip()
    return lead + bare if _WORD.search(bare) else ""


def words(text: str) -> list[str]:
    """Return the words of a text: a letter first, digits alone are none."""
    return _WORD.findall(text)


def unwanted(raw: str, message: Message) -> str | None:
    """Say why nothing is to be learned from a message, None when it may be kept."""
    subject = raw.strip().partition("\n")[0].strip()
    for reason, pattern in _SUBJECTS:
        if any(re.match(pattern, text, re.IGNORECASE) for text in (subject, message.subject)):
            return reason
    if _TYPOS.search(message.subject):
        return "style or documents"
    if _UNFINISHED.match(subject) or len(words(message.subject)) < MIN_WORDS:
        return "too few words"
    return None


def normalized(text: str) -> str:
    """Return the words of a text in lower case: what two messages that say the same have in common."""
    return " ".join(words(text.lower()))
