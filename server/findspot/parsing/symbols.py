"""Definitions, references and imports out of query matches.

The queries (``languages/queries/*.scm``) name their captures after what a match means:

====================  ==========================================================================================
``@fn.KIND``          a function or method: always a definition with a chunk of its own, unless it is nested
``@bound.KIND``       a function bound to a name by its place (variable, field, table): a chunk when it is not short
``@cls.KIND``         a class-like definition: its header is a chunk, functions inside belong to it
``@called.FORM``      a call with a function inside, named by its strings (``@label``) and what is called (``@verb``):
                      a chunk when it is not short; see ``calls`` for the forms
``@alias.FORM``       another name of what stands here, made in the same way: a symbol only
``@large.KIND``       a definition that is a chunk when it is not short, and holds no others
``@part.KIND``        a part of a document: a chunk of its own that gives its name to what is inside
``@impl``             adds members to a type that is defined elsewhere
``@scope.KIND``       gives its name to what is inside, but has no chunk of its own
``@ahead.KIND``       the same for what follows, up to the next of them or the end of what it stands in
``@table.KIND``       the same for a table of functions, and is no symbol
``@sym.KIND``         a symbol only
``@upper.KIND``       a symbol when its name is in capitals; ``@public.KIND`` when it begins with one
``@name``, ``@path``  its name, or its dotted path; each ``@in`` what the name is a member of; ``@value`` what has the
                      body; ``@body`` itself, which may stand behind the node: the definition ends with it;
                      ``@doc`` the documentation that stands inside
``@inner``            what ``@outer`` or ``@decorated`` wraps; the definition spans the wrapper
``@ref``              a use of a name; ``@comment`` and ``@attribute`` what may lead a definition
``@import``           an import, with ``@target``, or ``@module`` and ``@member``; ``@error`` a syntax error
``@embed.LANGUAGE``   what is written in another language; of patterns that mark one place, the first in the query holds
``@expression``       an expression in a template: what it calls are references
``@handler``          a function in a template that is handed on: a name or path alone is a reference
``@heading``          a heading with ``@level`` (``h2``), which names what follows as far as the next one
``@page``             a component without a ``template`` element around its markup: what is neither script nor style is one
``@component``        what a script exports as its component, named by a ``@name`` in it or else by the file
====================  ==========================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, cast, get_args

from tree_sitter import Node

from findspot.core.types import ChunkKind, Import, Reference, SymbolKind
from findspot.languages.table import GRAMMARS
from findspot.parsing.calls import Call, call_of, link_start
from findspot.parsing.headings import plain_title
from findspot.parsing.imports import import_targets
from findspot.parsing.macros import defined_by_macro
from findspot.parsing.nesting import MAX_NESTING, Definition, Shape, join_clauses, nest
from findspot.parsing.parsers import Match

_SHAPES: Final = frozenset((*get_args(Shape), "alias", "upper", "public"))

_MAX_NAME: Final = 200
_MAX_TEXT: Final = 8 * _MAX_NAME
"""Bytes of a name that are looked at: a grammar in trouble takes half the file for one, and again for each within it."""

_GENERIC = re.compile(r"<[^<>]*>|\[[^\[\]]*\]")
_SEPARATORS = re.compile(r"::|->|[.:#]")
_WORD = re.compile(r"\w|\$")
_TAG = re.compile(r"<[^<>]*>")
_CALLED = re.compile(rb"(?<![\w$])(?!(?:if|for|while|switch|function|return|await)\b)([A-Za-z_$][\w$]{0,199})\(")
_BARE = re.compile(rb"\A\s*+(?:[\w$]++\.)*+([A-Za-z_$][\w$]{0,199})\s*\Z")
_NO_MARKUP: Final = frozenset({"script_element", "style_element", "frontmatter", "comment"})
_BLANKED: Final = "_ "
"""What is left of a name where a template writes all of it."""

_MAX_EXPRESSION: Final = 2_000
"""Bytes of an expression in a template that are looked through."""


_NO_OWNER: Final = frozenset({"", "exports", "module", "this", "self", "prototype", "window", "global", "globalThis"})


@dataclass(slots=True)
class Outline:
    """What the trees say about one file; ``leads`` are the spans of comments and attributes, in file order.

    ``roots`` are the tree of the file's own language and those of languages inside it, none where a scanner read it;
    ``embedded`` are the spans of languages inside, whose parsers read ``embedded_source`` where there is one: of the
    same length, without what no grammar knows. ``rest`` is the kind of chunks that belong to no definition,
    ``borders`` are bytes at which a scanner would have long pieces cut, those of more than about ``longest`` lines.
    """

    roots: list[Node]
    definitions: list[Definition] = field(default_factory=list)
    leads: list[tuple[int, int, bool]] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    embedded: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    embedded_source: bytes | None = None
    errors: int = 0
    error_bytes: int = 0
    rest: ChunkKind = "module"
    borders: list[int] = field(default_factory=list)
    longest: int = 60

    def add(self, inside: Outline) -> None:
        """Take in what a language inside this one holds."""
        self.roots += inside.roots
        self.definitions += inside.definitions
        self.leads += inside.leads
        self.references += inside.references
        self.imports += inside.imports
        self.errors += inside.errors
        self.error_bytes += inside.error_bytes

    def settle(self) -> None:
        """Put all in file order, and name the definitions by what they stand in."""
        self.leads.sort()
        self.references.sort(key=lambda reference: reference.byte)
        self.imports.sort(key=lambda found: found.byte)
        self.definitions = nest(self.definitions)


def read_outline(language: str, source: bytes, root: Node, matches: list[Match], component: str = "") -> Outline:
    """Sort the matches into definitions, leads, references and imports; they stand in no order until it is settled.

    ``component`` is the name of the file where this is a script in it, and the name of what it exports as its component.
    """
    outline = Outline([root], rest=GRAMMARS[language].rest)
    embedded: dict[tuple[int, int], tuple[int, str]] = {}
    wrappers: dict[tuple[int, int], tuple[int, int, bool]] = {}
    imports: dict[tuple[str, int], Import] = {}
    components: dict[tuple[int, int], Definition] = {}
    headings: list[tuple[int, Definition, int]] = []
    bodies = GRAMMARS[language].bodies
    references = outline.references
    for pattern, captures in matches:
        names = captures.get("ref")
        if names is not None:
            for node in names:
                start, end = node.start_byte, node.end_byte
                if end - start <= _MAX_TEXT:
                    references.append(Reference(source[start:end].decode(), start))
        elif "comment" in captures:
            node = captures["comment"][0]
            outline.leads.append((node.start_byte, node.end_byte, True))
        elif "inner" in captures:
            _note_wrapper(wrappers, captures)
        elif "import" in captures:
            for found in import_targets(language, source, captures):
                imports.setdefault((found.target, found.byte), found)
        elif "attribute" in captures:
            node = captures["attribute"][0]
            outline.leads.append((node.start_byte, node.end_byte, False))
        elif "error" in captures:
            node = captures["error"][0]
            outline.errors += 1
            outline.error_bytes += node.end_byte - node.start_byte
        elif (label := next((label for label in captures if label.startswith("embed.")), None)) is not None:
            _note_embedded(embedded, pattern, label, captures[label])
        elif "expression" in captures:
            references += _used(source, captures["expression"][0], _CALLED)
        elif "handler" in captures:
            references += _used(source, captures["handler"][0], _BARE)
        elif "component" in captures:
            if component:
                _note_component(components, language, source, captures, component)
        elif "page" in captures:
            outline.definitions += _markup(language, captures["page"][0])
        elif "heading" in captures:
            headings += _heading(language, source, captures)
        else:
            definition = _definition(language, source, captures, bodies)
            if definition is not None:
                outline.definitions.append(definition)
    outline.imports = list(imports.values())
    for span, (_, inside) in embedded.items():
        outline.embedded.setdefault(inside, []).append(span)
    outline.definitions += components.values()
    outline.definitions += _sections(headings)
    _wrap(outline.definitions, wrappers)
    _reach_ahead(outline.definitions)
    if GRAMMARS[language].clauses:
        outline.leads.sort()
        outline.definitions = join_clauses(source, outline.definitions, outline.leads)
    return outline


def _note_embedded(
    embedded: dict[tuple[int, int], tuple[int, str]], pattern: int, label: str, nodes: list[Node]
) -> None:
    marked = pattern, label.removeprefix("embed.")
    for node in nodes:
        span = (node.start_byte, node.end_byte)
        embedded[span] = min(embedded.get(span, marked), marked)


def _used(source: bytes, node: Node, names: re.Pattern[bytes]) -> Iterator[Reference]:
    """Find the names that an expression in a template uses."""
    text = source[node.start_byte : min(node.end_byte, node.start_byte + _MAX_EXPRESSION)]
    for found in names.finditer(text):
        yield Reference(found[1].decode(), node.start_byte + found.start(1))


def _note_component(
    components: dict[tuple[int, int], Definition],
    language: str,
    source: bytes,
    captures: dict[str, list[Node]],
    stem: str,
) -> None:
    node = captures["component"][0]
    span = node.start_byte, node.end_byte
    if "name" in captures or span not in components:
        name = _names(source, captures, "sym")[1] or stem
        components[span] = Definition("scope", "class", name, "", language, node, *span, span[0], None)


def _markup(language: str, page: Node) -> Iterator[Definition]:
    """Make a section of each run of markup between the scripts and styles of a component."""
    run: Definition | None = None
    for node in page.named_children:
        if node.type in _NO_MARKUP:
            run = None
        elif run is None:
            start = node.start_byte
            run = Definition("large", "section", "template", "", language, None, start, node.end_byte, start, None)
            yield run
        else:
            run.end = node.end_byte


def _heading(language: str, source: bytes, captures: dict[str, list[Node]]) -> Iterator[tuple[int, Definition, int]]:
    """Give the level of a heading, the section that it begins and the byte at which what holds both ends."""
    node, level = captures["heading"][0], _text(source, captures["level"][0]).lower()
    if len(level) != 2 or level[0] != "h" or level[1] not in "123456":
        return
    title = plain_title(_TAG.sub("", _text(source, node)))
    if title.strip(_BLANKED) and node.parent is not None:
        start = node.start_byte
        section = Definition("large", "section", title, "", language, node, start, node.end_byte, start, node.end_byte)
        yield int(level[1]), section, node.parent.end_byte


def _sections(headings: list[tuple[int, Definition, int]]) -> Iterator[Definition]:
    """Let each heading's section reach to the next heading that is not below it, or to the end of what holds it."""
    headings.sort(key=lambda found: found[1].start)
    later: list[tuple[int, int]] = []
    for level, section, end in reversed(headings):
        while later and later[-1][0] > level:
            later.pop()
        section.end = min(end, later[-1][1]) if later else end
        later.append((level, section.start))
        yield section


def _note_wrapper(wrappers: dict[tuple[int, int], tuple[int, int, bool]], captures: dict[str, list[Node]]) -> None:
    inner = captures["inner"][0]
    decorated = "decorated" in captures
    outer = captures["decorated" if decorated else "outer"][0]
    wrappers[inner.start_byte, inner.end_byte] = (outer.start_byte, outer.end_byte, decorated)


def _wrap(definitions: list[Definition], wrappers: dict[tuple[int, int], tuple[int, int, bool]]) -> None:
    """Let a definition span what wraps it: decorators, ``export``, ``template <...>``, the ``const`` of a binding."""
    if not wrappers:
        return
    for definition in definitions:
        span = (definition.start, definition.end)
        seen = 0
        while (wrapper := wrappers.get(span)) and wrapper[:2] != span and seen < MAX_NESTING:
            span = wrapper[:2]
            seen += 1
            if not wrapper[2]:
                definition.sign_start = span[0]
        definition.start, definition.end = span


def _reach_ahead(definitions: list[Definition]) -> None:
    """Let a package that is named by a statement hold what follows it."""
    limits: dict[int, int] = {}
    for definition in sorted(definitions, key=lambda found: -found.start):
        if definition.shape != "ahead":
            continue
        definition.shape = "scope"
        holder = definition.node.parent if definition.node is not None else None
        if holder is not None:
            definition.end = limits.get(holder.id, holder.end_byte)
            limits[holder.id] = definition.start


def _definition(
    language: str, source: bytes, captures: dict[str, list[Node]], bodies: tuple[str, ...]
) -> Definition | None:
    label = next((label for label in captures if label.partition(".")[0] in _SHAPES), None)
    if label is None:
        return None
    shape, _, kind = label.partition(".")
    node = captures[label][0]
    call: Call | None = None
    if shape in {"called", "alias"}:
        call = call_of(language, source, captures, kind)
        if call is None:
            return None
        owner, name = "", call.path
    elif made := _macro_names(language, node, captures):
        owner, name = ".".join(made[:-1]), made[-1]
    else:
        owner, name = _names(source, captures, shape)
    if (shape == "upper" and not _is_constant(name)) or (shape == "public" and not name[:1].isupper()):
        return None
    if shape in {"upper", "public", "alias"}:
        shape = "sym"
    if kind == "section" and not name.strip(_BLANKED):
        return None
    if not name and shape != "impl":
        return None
    body = captures["body"][0] if "body" in captures else None
    if body is None and shape != "sym":
        holder = captures["value"][0] if "value" in captures else node
        body = holder.child_by_field_name("body")
        if body is None and bodies:
            body = next((child for child in holder.children if child.type in bodies), None)
    start = node.start_byte if call is None or shape == "sym" else link_start(source, node, captures)
    return Definition(
        shape=cast("Shape", shape),
        kind=cast("SymbolKind", "function" if call else kind or "class"),
        name=name,
        owner=owner,
        language=language,
        node=node,
        start=start,
        # The block of a macro stands beside its call in the tree.
        end=node.end_byte if body is None else max(node.end_byte, body.end_byte),
        sign_start=start,
        body=None if body is None else body.start_byte,
        doc=(captures["doc"][0].start_byte, captures["doc"][0].end_byte) if "doc" in captures else None,
        call=call,
    )


def _macro_names(language: str, node: Node, captures: dict[str, list[Node]]) -> list[str]:
    return defined_by_macro(node, captures["path"][0]) if GRAMMARS[language].macros and "path" in captures else []


def _names(source: bytes, captures: dict[str, list[Node]], shape: str) -> tuple[str, str]:
    """Return what a definition is a member of (by its own spelling) and its bare name."""
    owner = ".".join(_text(source, holder) for holder in captures.get("in", ()))
    if "name" in captures:
        name = _text(source, captures["name"][0]).strip("'\"`:")
        if shape in {"upper", "public", "sym"}:
            return owner, name[:_MAX_NAME]
        bare = name if "$(" in name else name.partition("(")[0] or name
        head = " ".join(bare.split())[:_MAX_NAME]
        return owner, head if _WORD.search(head) else f"operator{head}"
    if "path" not in captures:
        return owner, ""
    text = _text(source, captures["path"][0])[: 2 * _MAX_NAME]
    before, operator, after = text.partition("operator")
    tail = ""
    if operator and after[:1] and not (after[0].isalnum() or after[0] == "_"):
        text, tail = before, operator + " ".join(after.partition("(")[0].split() or [after[:2]])
    for _ in range(4):
        text = _GENERIC.sub("", text)
    parts = [part.strip() for part in _SEPARATORS.split(text)]
    if tail:
        parts = [*parts[:-1], tail]
    name = parts[-1].strip("'\"`")
    if len(parts) == 2 and name == "exports":
        return "", name
    # What stands before an owner's name is a word that the grammar did not know, such as a macro, and the type behind it.
    owners = [part.split()[-1] for part in parts[:-1] if part not in _NO_OWNER and part.strip()]
    return ".".join(owners), name[:_MAX_NAME]


def _text(source: bytes, node: Node) -> str:
    end = min(node.end_byte, node.start_byte + _MAX_TEXT)
    return source[node.start_byte : end].decode("utf-8", "replace")


def _is_constant(name: str) -> bool:
    return name.isupper() and len(name) > 1
