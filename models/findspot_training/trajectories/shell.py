"""What a command line does: whether it only reads, and then what.

The Bash grammar takes the line apart. A command line only reads if each of its commands does, by the tables below, and
nothing is written to a file. Everything else may change something: syntax errors, substitutions, control flow, subshells,
background jobs, here-documents, programs.
"""

from __future__ import annotations

import re
import shlex
from typing import Final

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from findspot_training.trajectories.effects import Effect, Kind, normalized

MAX_LENGTH: Final = 10_000
"""Characters; a longer command line writes something down, and the grammar needs the square of steps for some input."""

_ENCLOSING: Final = frozenset({"program", "list", "pipeline", "redirected_statement", "negated_command"})
"""Nodes that only hold commands together; each command runs where it stands, in this shell."""

_BETWEEN: Final = frozenset({";", "\n", "&&", "||", "!", "comment"})

_ASSIGNMENTS: Final = frozenset({"variable_assignment", "variable_assignments"})

_UNCLEAR: Final = frozenset(
    {"command_substitution", "process_substitution", "subshell", "herestring_redirect", "==", "=~"}
)
"""Nodes that run a command or may hide one: whatever follows ``==`` is read as a pattern."""

_MISREAD: Final = re.compile(r"\S\\\n\S|(\\\s|[^\S \t\n])#|\0")
"""What the grammar misreads: one word over two lines as two, and ``#`` behind a blank that ends no word as a comment."""


def _split(text: str) -> frozenset[str]:
    return frozenset(text.split())


_HARMLESS: Final = """
basename cd cmp column cut df diff dirname du echo false file jq printf pwd readlink realpath rev sort stat tac test tr true
type wc which whoami
"""

_COMMANDS: Final = {
    Kind.READ: _split("cat head tail nl sed"),
    Kind.SEARCH: _split("grep egrep fgrep rg ag ack"),
    Kind.LIST: _split("ls find tree fd"),
    Kind.SHELL: _split(_HARMLESS),
}
"""Commands that only read, by what they show, unless an option below says otherwise."""

_GIT: Final = _split("blame cat-file describe diff grep log ls-files ls-tree rev-parse show status")

_WRITING: Final = {
    "date": re.compile(r"-s.*|--set.*"),
    "fd": re.compile(r"-[xX].*|--exec.*"),
    "find": re.compile(r"-(delete|fls|fprint.*|ok.*)"),
    "git": re.compile(r"-c|--output.*|-O.*|--open-files.*"),
    "rg": re.compile(r"--pre.*"),
    "sort": re.compile(r"-[a-zA-Z]*o.*|--output.*|--compress-program.*"),
    "tree": re.compile(r"-[a-zA-Z]*o.*"),
}
"""Options with which a command writes, or runs another one."""

_PRINTED: Final = r"(?:(?:\d+|\$|/[^/]*/)(?:,\+?(?:\d+|\$|/[^/]*/))?p|\d+q)"

_PRINTING: Final = re.compile(rf"{_PRINTED}(?:;\s*{_PRINTED})*;?")
"""A script of ``sed -n`` that prints lines and does nothing else."""

_ONE_RANGE: Final = re.compile(r"(\d{1,9})(?:,(?:\d+|\$))?p(?:;\s*\d+q)?;?")

_OPERANDS_ARE_PATHS: Final = _split("cat file head ls nl stat tail tree wc")

_PASSING_ON: Final = _split("cat head nl sed sort tail")
"""Commands after a pipe that show lines of what they are given."""

_UNKNOWABLE: Final = re.compile(r"[*?\[$~{]|^-")
"""In a path: it depends on what only the shell knew."""

Command = list[str]
Pipeline = list[Command]


class _Unclear(Exception):
    """A command line of which it is not known that it only reads."""


def shell_effect(text: str, folder: str) -> Effect:
    """Return what a command line does, run in a folder; an empty folder is an unknown one."""
    unclear = Effect(Kind.SHELL, text, changes=True, shell_folder="")
    try:
        pipelines = _pipelines(text)
    except _Unclear:
        return unclear
    if not all(_only_reads(command) for pipeline in pipelines for command in pipeline):
        match pipelines:
            case [[["bash" | "sh" | "zsh", "-c" | "-lc", inner]]]:
                return shell_effect(inner, folder)
        return unclear
    went = None
    for pipeline in pipelines:
        if pipeline[0][0] == "cd":
            target = pipeline[0][1] if len(pipeline[0]) == 2 else "~"
            if _UNKNOWABLE.search(target):
                return unclear
            folder = went = normalized(target, folder)
    doing = [pipeline for pipeline in pipelines if pipeline[0][0] not in {"cd", "true"}]
    kinds = {_kind(pipeline) for pipeline in doing}
    kind = kinds.pop() if len(kinds) == 1 else Kind.SHELL
    path, first = _about(kind, doing[0]) if len(doing) == 1 else (None, 1)
    return Effect(
        kind,
        "; ".join(" | ".join(map(_spelled, pipeline)) for pipeline in pipelines),
        path=None if path is None or _UNKNOWABLE.search(path) else normalized(path, folder),
        first_line=first,
        shell_folder=went,
        output_folder=folder,
    )


def _pipelines(text: str) -> list[Pipeline]:
    """Return the commands by pipeline, at least one; raises ``_Unclear`` for what runs or writes something else."""
    if len(text) > MAX_LENGTH or _MISREAD.search(text):
        raise _Unclear
    root = Parser(Language(tree_sitter_bash.language())).parse(text.encode("utf-8", "replace")).root_node
    if root.has_error or _hides_a_command(root):
        raise _Unclear
    pipelines: list[Pipeline] = []
    piped = False
    waiting = [root]  # no recursion: a list of commands nests as deep as it is long
    while waiting:
        node = waiting.pop()
        if node.type in _ENCLOSING:
            waiting += reversed(node.children)
        elif node.type == "command" or node.type in _ASSIGNMENTS:
            if not piped:
                pipelines.append([])
            pipelines[-1].append(_words(node) if node.type == "command" else [])
            piped = False
        elif node.type == "file_redirect" and pipelines:
            pipelines[-1][-1].extend(_behind_target(node))
        elif node.type in {"|", "|&"}:
            piped = True
        elif node.type not in _BETWEEN:
            raise _Unclear
    found = [[command for command in pipeline if command] for pipeline in pipelines]
    if not any(found):
        raise _Unclear
    return [pipeline for pipeline in found if pipeline]


def _hides_a_command(root: Node) -> bool:
    """Return whether there may be a command inside of a word; the grammar overlooks backquotes in expansions."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type in _UNCLEAR or (node.type == "expansion" and b"`" in (node.text or b"")):
            return True
        waiting += node.children
    return False


def _words(command: Node) -> Command:
    words: Command = []
    for child in command.children:
        if child.type == "file_redirect":
            words += _behind_target(child)
        elif child.type not in _ASSIGNMENTS:
            words.append(_word(child))
    return words


def _behind_target(redirect: Node) -> Command:
    """Return what follows the target of a redirection, which the grammar counts to it: words of the command.

    Raises ``_Unclear`` for a redirection that leaves something behind: it must read, or write to nowhere or to another stream.
    """
    operator = next(child.type for child in redirect.children if not child.is_named)
    target, *words = [_word(child) for child in redirect.children_by_field_name("destination")] or [""]
    if operator != "<" and target != "/dev/null" and (operator != ">&" or target not in {"1", "2"}):
        raise _Unclear
    return words


def _word(node: Node) -> str:
    """Return a word without its quotes; expansions stay as they are written."""
    text = (node.text or b"").decode()
    if not any(mark in text for mark in "'\"\\"):
        return text
    try:
        (word,) = shlex.split(text)
    except ValueError as error:
        raise _Unclear from error
    return word


def _only_reads(command: Command) -> bool:
    called: Command | None = command
    while called is not None:  # a loop, since xargs may call xargs as often as a line has room for
        if not called:
            return False
        command = called
        if command[0] in _WRITING and any(map(_WRITING[command[0]].fullmatch, command[1:])):
            return False
        called = _called(command)
    name, rest = command[0], command[1:]
    if name == "git":
        return _git(rest) in _GIT
    return _sed_script(rest) is not None if name == "sed" else any(name in names for names in _COMMANDS.values())


def _called(command: Command) -> Command | None:
    """Return the command that xargs or find calls; empty if that is not clear, None if this is neither.

    A value of an option of xargs is taken for the command, unless it is a number, and is then no command that only reads.
    """
    name, rest = command[0], command[1:]
    calls = [at for at, word in enumerate(rest) if word in {"-exec", "-execdir"}]
    if name == "find" and calls:
        return rest[calls[0] + 1 :] if len(calls) == 1 else []
    if name != "xargs":
        return None
    return rest[next((at for at, word in enumerate(rest) if not re.match(r"-|\d+$|\{\}$", word)), len(rest)) :]


def _git(rest: Command) -> str:
    """Return the command of git, after its general options."""
    at = 0
    while at < len(rest) and rest[at].startswith("-"):
        at += 2 if rest[at] == "-C" else 1
    return rest[at] if at < len(rest) else ""


def _sed_script(rest: Command) -> str | None:
    """Return the script of a sed that only prints lines; None for any other sed."""
    options = [word for word in rest if word.startswith("-")]
    scripts = _operands(rest)
    quiet = {"-n", "-ne", "--quiet", "--silent"}
    if not quiet & set(options) or set(options) - quiet - {"-e", "-E", "-r"} or options.count("-e") > 1:
        return None
    return scripts[0] if scripts and _PRINTING.fullmatch(scripts[0]) else None


def _operands(rest: Command) -> list[str]:
    return [word for word in rest if not word.startswith("-")]


def _kind(pipeline: Pipeline) -> Kind:
    """Return what the output of a pipeline is: that of its first command, unless a later one makes something else of it."""
    kind = _shows(pipeline[0])
    for command in pipeline[1:]:
        if _shows(command) is Kind.SEARCH:
            kind = Kind.SEARCH
        elif command[0] not in _PASSING_ON:
            kind = Kind.SHELL
    return kind


def _shows(command: Command) -> Kind:
    while (inner := _called(command)) is not None:
        command = inner
    if command[0] == "git":
        return Kind.SEARCH if _git(command[1:]) == "grep" else Kind.SHELL
    return next(kind for kind, names in _COMMANDS.items() if command[0] in names)


def _about(kind: Kind, pipeline: Pipeline) -> tuple[str | None, int]:
    """Return the one file or folder that a pipeline is about, None if there is not just one, and the first line it shows."""
    if kind is Kind.READ:
        return _lines_of(pipeline)
    name, rest = pipeline[0][0], pipeline[0][1:]
    operands = _operands(rest)
    if name == "ls" and not any(re.match(r"-\w*R|--rec", word) for word in rest) and len(operands) < 2:
        return operands[0] if operands else ".", 1
    if kind is Kind.SEARCH and name in _COMMANDS[kind] and len(operands) > 1:
        return operands[-1], 1
    return None, 1


def _lines_of(pipeline: Pipeline) -> tuple[str | None, int]:
    """Return the one file that a pipeline shows lines of, in a row, and the first of them."""
    path, first = None, 1
    for at, (name, *rest) in enumerate(pipeline):
        operands = _operands(rest)
        if name == "sed":
            in_a_row = _ONE_RANGE.fullmatch(_sed_script(rest) or "")
            if in_a_row is None or first != 1:
                return None, 1
            first, operands = int(in_a_row[1]), operands[1:]
        elif name == "head" and {"-n", "-c"} & set(rest):
            operands = operands[1:]
        elif name not in {"cat", "head", "nl"} or {"-b", "-v"} & set(rest):
            return None, 1
        if len(operands) != (1 if at == 0 else 0):
            return None, 1
        path = operands[0] if operands else path
    return path, first


def _spelled(command: Command) -> str:
    if command[0] in _OPERANDS_ARE_PATHS:
        command = [word if word.startswith("-") else normalized(word) for word in command]
    return shlex.join(command)
