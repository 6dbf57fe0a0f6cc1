"""Names of definitions that are calls: a route, a test, a handler, a task.

``router.post('/orders', async (req) => ...)`` defines something as much as a function does, but its name is what a
person reads: the strings of the call, with a word in front that says what it is. The query of a language, or its record
by the called word, tells which *form* a call has; nothing here knows a framework.

==========  =====================================================  ============================================
form        name                                                   inside a call of its form, or of a group
==========  =====================================================  ============================================
``route``   ``POST /orders/:id/refund``                            ``GET /admin/users``
``test``    ``test: survives a reload``                            ``test: basket > survives a reload``
``rake``    ``rake: seed``                                         ``rake: db:seed``
``on``      ``on: click``                                          ``on: window > click``
``group``   the called word and its label: ``namespace: admin``    its label leads those of the calls inside
none        the same: ``factory: user``                            ``factory: user > trait: admin``
==========  =====================================================  ============================================
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from tree_sitter import Node

from findspot.languages.table import GRAMMARS

_METHODS: Final = "get|post|put|patch|delete|head|options|trace|connect|all|any|websocket|ws"
_WRITTEN_METHOD: Final = re.compile(rf"(?:{_METHODS}) +(?=/)", re.IGNORECASE)
_METHOD: Final = re.compile(_METHODS)
_ROUTE: Final = re.compile(r""".(?:[A-Z]+ +)?[/:*{]|:""")
_ANNOTATED: Final = re.compile(r"#+[*'] *@(\w+) +(/\S*)")
"""A route that is written in a comment: ``#* @get /orders``."""

_WRITTEN: Final = "'\"`:"
"""What strings and symbols begin with."""

_QUOTES: Final = "'\"`"
_OPENING: Final = re.compile(r"^(?:[A-Za-z@$]{0,3}(?=[\"'`])|[~%][A-Za-z]?[\[({|/]|:)")
_DOT: Final = re.compile(rb"(?:\?\.|\?->|->|::|\.)\Z")
_MAX_TEXT: Final = 600
_MAX_LABEL: Final = 120
"""Characters of a label; what people write is shorter, a table or a paragraph is no name."""


class Call(NamedTuple):
    """What a call says of itself: the ``verb`` is the called word, ``path`` its label behind those of its holders."""

    form: str
    verb: str
    path: str

    @property
    def name(self) -> str:
        """The name that a person reads."""
        if self.form == "route":
            return self.path if _WRITTEN_METHOD.match(self.path) else f"{_method(self.verb)} {self.path}"
        said = self.verb if self.form in {"", "group"} else self.form
        return f"{said}: {self.path}"


def call_of(language: str, source: bytes, captures: dict[str, list[Node]], form: str) -> Call | None:
    """Return what the call of a match says of itself; None where it is no definition.

    ``form`` is what the query says of it. Else the record tells it by the called word, or by the word that a chain
    begins with (``it.only``).
    """
    verb, root = (_text(source, captures[name][0]) if name in captures else "" for name in ("verb", "root"))
    labels = [_text(source, found) for found in captures.get("label", ())]
    if labels and (annotated := _ANNOTATED.match(labels[0])):
        verb, labels = annotated[1], [annotated[2]]
    first = labels[0] if labels else ""
    if not form:
        forms = GRAMMARS[language].calls
        form = "test" if forms.get(root) == "test" else forms.get(verb, "")
        if form == "route" and not _ROUTE.match(first):
            form = ""
        if not form and first[:1] not in _WRITTEN:
            return None
    label = _label_of(form, labels)
    return Call(form, verb, label) if label else None


def _text(source: bytes, node: Node) -> str:
    return source[node.start_byte : min(node.end_byte, node.start_byte + _MAX_TEXT)].decode("utf-8", "replace")


def _label_of(form: str, written: list[str]) -> str:
    """Return the text of labels as they are written (strings, symbols, names of classes) on one line."""
    texts = (" ".join(_OPENING.sub("", text.strip(), count=1).strip(_QUOTES).split()) for text in written)
    return ("/" if form == "route" else " ").join(text for text in texts if text)[:_MAX_LABEL]


def placed(call: Call, holder: Call | None, owner: str) -> Call:
    """Return a call with the labels of the call around it, or of the class or function (``owner``) that holds tests."""
    above = holder.path if holder is not None and holder.form in {call.form, "group"} else ""
    if not above and holder is None and call.form == "test":
        above = owner
    if call.form == "route":
        return call._replace(path=_joined_route(above, call.path))
    joint = ":" if call.form == "rake" else " > "
    return call._replace(path=f"{above}{joint}{call.path}" if above else call.path)


def _joined_route(above: str, path: str) -> str:
    if _WRITTEN_METHOD.match(path):
        return path
    parts = [part for part in (above.strip("/"), path.strip("/")) if part]
    return "/" + "/".join(parts)


def _method(verb: str) -> str:
    found = _METHOD.search(verb.lower())
    return found[0].upper() if found else "ROUTE"


def link_start(source: bytes, node: Node, captures: dict[str, list[Node]]) -> int:
    """Return where a call begins: in a chain of calls over several lines each link is one, from its dot on."""
    verb = captures["verb"][0] if "verb" in captures else node
    at = verb.start_byte
    dot = _DOT.search(source, max(at - 3, node.start_byte), at)
    return node.start_byte if dot is None or verb.start_point[0] == node.start_point[0] else dot.start()
