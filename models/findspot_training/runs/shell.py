"""What a command line does: whether it only reads, and then what.

A command line only reads if each of its commands does, by the tables below, and nothing is written to a file. Everything that
is not understood may change something: substitutions, loops, here-documents, programs, quotes that look like operators.
"""

from __future__ import annotations

import re
import shlex
from typing import Final

from findspot_training.runs.acts import Act, Kind, tidy

MAX_LENGTH: Final = 10_000
"""Characters; a longer command line writes something down."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_HARMLESS: Final = """
basename cd cmp column cut df diff dirname du echo false file jq printf pwd readlink realpath rev sort stat tac test tr true
type wc which whoami
"""

_COMMANDS: Final = {
    Kind.READ: _words("cat head tail nl sed"),
    Kind.SEARCH: _words("grep egrep fgrep rg ag ack"),
    Kind.LIST: _words("ls find tree fd"),
    Kind.SHELL: _words(_HARMLESS),
}
"""Commands that only read, by what they show, unless an option below says otherwise."""

_GIT: Final = _words("blame cat-file describe diff grep log ls-files ls-tree rev-parse show status")

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

_IN_A_ROW: Final = re.compile(r"(\d{1,9})(?:,(?:\d+|\$))?p(?:;\s*\d+q)?;?")

_OPERANDS_ARE_PATHS: Final = frozenset({"cat", "file", "head", "ls", "nl", "stat", "tail", "tree", "wc"})

_PASSING_ON: Final = frozenset({"cat", "head", "nl", "sed", "sort", "tail"})
"""Commands after a pipe that show lines of what they are given."""

_SHELLS: Final = frozenset({"bash", "sh", "zsh"})

_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)

_OPERATOR: Final = frozenset("();<>|&\n")

_UNKNOWABLE: Final = re.compile(r"[*?\[$~{]|^-")
"""In a path: it depends on what only the shell knew."""

Command = tuple[str, ...]
Pipeline = tuple[Command, ...]


def shell_act(text: str, folder: str) -> Act:
    """Return what a command line does, run in a folder; an empty folder is an unknown one."""
    pipelines = _pipelines(text)
    if pipelines is None or not all(_only_reads(command) for pipeline in pipelines for command in pipeline):
        inner = _inner(pipelines)
        return shell_act(inner, folder) if inner else Act(Kind.SHELL, text, changes=True, folder="")
    went = None
    for pipeline in pipelines:
        if pipeline[0][0] == "cd":
            target = pipeline[0][1] if len(pipeline[0]) == 2 else "~"
            if _UNKNOWABLE.search(target):
                return Act(Kind.SHELL, text, changes=True, folder="")
            folder = went = tidy(target, folder)
    doing = [pipeline for pipeline in pipelines if pipeline[0][0] not in {"cd", "true"}]
    kinds = {_kind(pipeline) for pipeline in doing}
    kind = kinds.pop() if len(kinds) == 1 else Kind.SHELL
    path, first = _about(kind, doing[0]) if len(doing) == 1 else (None, 1)
    asks = "; ".join(" | ".join(map(_spelled, pipeline)) for pipeline in pipelines)
    return Act(
        kind,
        asks,
        path=None if path is None or _UNKNOWABLE.search(path) else tidy(path, folder),
        first=first,
        folder=went,
        beside=folder,
    )


def _pipelines(text: str) -> tuple[Pipeline, ...] | None:
    """Return the commands by pipeline; None for what is not clear, empty, or writes to a file."""
    if len(text) > MAX_LENGTH or any(mark in text for mark in ("`", "$(", "\\\n")):
        return None
    lexer = shlex.shlex(text, posix=True, punctuation_chars="();<>|&\n")
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t\r", True, ""
    try:
        tokens = list(lexer)
    except ValueError:
        return None
    lines: list[list[Command]] = [[]]
    words: list[str] = []
    operator = ""
    for token in [*tokens, ";"]:
        if operator:
            if not _stays_nowhere(operator, token):
                return None
            operator = ""
        elif not token or not set(token) <= _OPERATOR:
            words.append(token)
        elif token in {">", ">>", "&>", ">&", "<"}:
            if words and words[-1] in {"1", "2"}:
                words.pop()  # the number of a stream, as in 2>/dev/null
            operator = token
        elif token.strip("\n") in {"", ";", "&&", "||", "|"}:
            while words and _ASSIGNMENT.fullmatch(words[0]):
                words.pop(0)
            if words:
                lines[-1].append(tuple(words))
            words = []
            if token.strip("\n") != "|":
                lines.append([])
        else:
            return None
    return tuple(tuple(line) for line in lines if line) or None


def _stays_nowhere(operator: str, target: str) -> bool:
    """Say whether a redirection leaves nothing behind: it reads, or writes to nowhere or to another stream."""
    return operator == "<" or target == "/dev/null" or (operator == ">&" and target in {"1", "2"})


def _inner(pipelines: tuple[Pipeline, ...] | None) -> str:
    """Return the command line that is all that a shell is called for, as in ``bash -lc '...'``."""
    if pipelines is None or len(pipelines) > 1 or len(pipelines[0]) > 1 or len(pipelines[0][0]) != 3:
        return ""
    name, option, text = pipelines[0][0]
    return text if name in _SHELLS and option in {"-c", "-lc"} else ""


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
        return rest[calls[0] + 1 :] if len(calls) == 1 else ()
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
    scripts = [word for word in rest if not word.startswith("-")]
    quiet = {"-n", "-ne", "--quiet", "--silent"}
    if not quiet & set(options) or set(options) - quiet - {"-e", "-E", "-r"} or options.count("-e") > 1:
        return None
    return scripts[0] if scripts and _PRINTING.fullmatch(scripts[0]) else None


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
    operands = [word for word in rest if not word.startswith("-")]
    if name == "ls" and not any(re.match(r"-\w*R|--rec", word) for word in rest) and len(operands) < 2:
        return operands[0] if operands else ".", 1
    if kind is Kind.SEARCH and name in _COMMANDS[kind] and len(operands) > 1:
        return operands[-1], 1
    return None, 1


def _lines_of(pipeline: Pipeline) -> tuple[str | None, int]:
    """Return the one file that a pipeline shows lines of, in a row, and the first of them."""
    path, first = None, 1
    for at, command in enumerate(pipeline):
        name, rest = command[0], command[1:]
        operands = [word for word in rest if not word.startswith("-")]
        if name == "sed":
            in_a_row = _IN_A_ROW.fullmatch(_sed_script(rest) or "")
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
    words = command
    if command[0] in _OPERANDS_ARE_PATHS:
        words = tuple(word if word.startswith("-") else tidy(word) for word in command)
    return shlex.join(words)
