"""Opening a place in the user's editor or pager: the words of a command, for no shell.

A template such as ``code --goto {file}:{line}`` is split into words once; file name and line are put into the words
afterwards, so that no file name, which may be a stranger's, becomes a word, an option or code. File names are absolute and
begin neither with a dash nor with a plus.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from findspot.errors import OpenError, reason

_PLACEHOLDER: Final = re.compile(r"\{(file|line|end_line)\}")

_BY_PLUS = ("+{line}", "{file}")
_BY_COLON = ("{file}:{line}",)
_BY_GOTO = ("--goto", "{file}:{line}")
_BY_LINE = ("--line", "{line}", "{file}")

_ARGUMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("vi", "vim", "nvim", "view", "gvim", "mvim", "nvi", "elvis", "vis", "ex"), _BY_PLUS),
    **dict.fromkeys(("emacs", "emacsclient", "mg", "jed", "joe", "jmacs", "ne", "zile"), _BY_PLUS),
    **dict.fromkeys(("nano", "pico", "rnano", "micro", "kak", "hx", "helix"), _BY_PLUS),
    **dict.fromkeys(("less", "more", "most", "moor", "moar"), _BY_PLUS),
    **dict.fromkeys(("gedit", "xed", "pluma", "geany"), _BY_PLUS),
    **dict.fromkeys(("code", "code-insiders", "code-oss", "codium", "vscodium", "cursor", "windsurf"), _BY_GOTO),
    **dict.fromkeys(("subl", "sublime_text", "zed", "zeditor", "lapce", "pulsar", "atom"), _BY_COLON),
    **dict.fromkeys(("idea", "pycharm", "webstorm", "phpstorm", "goland", "clion", "rubymine", "rider"), _BY_LINE),
    **dict.fromkeys(("rustrover", "studio", "kate", "kwrite", "mate"), _BY_LINE),
    "notepad++": ("-n{line}", "{file}"),
    "bat": ("--paging=always", "--highlight-line={line}", "{file}"),
    "batcat": ("--paging=always", "--highlight-line={line}", "{file}"),
}
"""How programs are told a line; others get the file alone."""

_WINDOWED: Final = frozenset(
    name for name, arguments in _ARGUMENTS.items() if arguments in {_BY_GOTO, _BY_COLON, _BY_LINE}
) | {"gvim", "mvim", "gedit", "xed", "pluma", "geany", "notepad++", "notepad"}
"""Programs with a window of their own, which need no terminal."""

_VARIABLES: Final = ("VISUAL", "EDITOR", "PAGER")
_LAST: Final = ("less", "more")

_OF_BATCH: Final = frozenset('"%&|<>^!\r\n')
"""Characters that the command processor of Windows, which runs batch files, reads as code even in an argument."""


@dataclass(frozen=True, slots=True)
class OpenCommand:
    """``words`` start with a program that is there; ``notes`` are for the user, who should know before it runs.

    ``in_terminal`` tells a program that needs the terminal for itself from one with a window.
    """

    words: tuple[str, ...]
    environ: Mapping[str, str]
    in_terminal: bool
    notes: tuple[str, ...] = ()

    def run(self) -> str:
        """Run it, and return what went wrong in a sentence, or "".

        What needs the terminal is waited for; an interrupt is then that program's, not ours.
        """
        try:
            if self.in_terminal:
                with _deaf_to_interrupts():
                    status = subprocess.run(self.words, env=self.environ, check=False).returncode
                return f"{self.words[0]} ended with status {status}" if status > 0 else ""
            process = subprocess.Popen(
                self.words,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            return f"{self.words[0]} cannot be started: {reason(error)}"
        threading.Thread(target=process.wait, name="findspot-opened", daemon=True).start()
        return ""


def command_for(
    template: str, file: Path, line: int, end_line: int, environ: Mapping[str, str], *, platform: str = sys.platform
) -> OpenCommand:
    """Return what opens ``file`` (absolute) at ``line`` (from 1): ``template``, else the user's editor, else a pager.

    ``template`` is the setting ``open_cmd``, "" for none. A program that is missing is noted and the next one taken.
    Raises ``OpenError`` for a template that cannot be used, and where no program is left.
    """
    values = {"file": str(file), "line": str(line), "end_line": str(end_line)}
    notes: list[str] = []
    for source, words in _candidates(template, environ, platform, notes):
        program = shutil.which(words[0], path=environ.get("PATH"))
        if program is None:
            notes.append(f"{source}: there is no program {words[0]}")
            continue
        name = _name(words[0]) if _name(words[0]) in _ARGUMENTS else _name(os.path.realpath(program))
        place = () if source == "open_cmd" else _ARGUMENTS.get(name, ("{file}",))
        filled = [_PLACEHOLDER.sub(lambda found: values[found[1]], word) for word in (*words[1:], *place)]
        if platform == "win32" and program.lower().endswith((".bat", ".cmd")) and _OF_BATCH & set(values["file"]):
            raise OpenError(f"{file}: {words[0]} is a batch file, which may take a part of this name for a command")
        return OpenCommand((program, *filled), _environ(environ, file), name not in _WINDOWED, tuple(notes))
    raise OpenError("; ".join([*notes, "nothing can open a file: set open_cmd or EDITOR"]))


def checked_template(template: str, *, platform: str = sys.platform) -> str:
    """Return ``template`` if it can be used; raises ``OpenError`` that says what to change."""
    for word in _split(template, platform):
        if "{file}" in word and any(map(str.isspace, word)):
            raise OpenError(
                f"open_cmd: '{word}' would be taken apart by another program, with a file name inside; let {{file}} be a "
                "word of its own, as in sh -c 'vim \"$1\"' sh {file}"
            )
    return template


def warning_of(template: str) -> str:
    """Return what is odd about a template, in a sentence; "" where nothing is."""
    return "open_cmd has no {file}; the file is put at its end" if template.strip() and "{file}" not in template else ""


def _candidates(
    template: str, environ: Mapping[str, str], platform: str, notes: list[str]
) -> Iterator[tuple[str, list[str]]]:
    """Yield the commands to try, without what says which file, but for the template."""
    if template.strip():
        words = _split(checked_template(template, platform=platform), platform)
        if warning := warning_of(template):
            notes.append(warning)
            words.append("{file}")
        yield "open_cmd", words
    for variable in _VARIABLES:
        value = environ.get(variable, "").strip()
        if not value:
            continue
        if shutil.which(value, path=environ.get("PATH")):  # a path with spaces, which nobody has quoted
            yield f"${variable}", [value]
            continue
        try:
            yield f"${variable}", _split(value, platform)
        except OpenError as error:
            notes.append(f"${variable}: {error}")
    for program in _LAST:
        yield program, [program]


def _split(text: str, platform: str) -> list[str]:
    """Return the words of a command; on Windows a backslash is part of a path."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = ""
    if platform == "win32":
        lexer.escape = ""
        lexer.quotes = '"'
    try:
        return list(lexer)
    except ValueError as error:
        raise OpenError(f"'{text}' cannot be read as a command: {str(error).lower()}") from error


def _name(program: str) -> str:
    """Return what a program is called, without folder, suffix and version: ``vim`` for ``/usr/bin/vim.basic``."""
    base = re.split(r"[/\\]", program)[-1].casefold()
    return base if base in _ARGUMENTS else base.split(".")[0].rstrip("0123456789")


def _environ(environ: Mapping[str, str], file: Path) -> Mapping[str, str]:
    """Return the environment of the program; less hands odd names to a shell, see CVE-2024-32487."""
    if str(file).isprintable():
        return environ
    return {name: value for name, value in environ.items() if name not in {"LESSOPEN", "LESSCLOSE"}}


@contextlib.contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Leave Ctrl-C to the program in front; other signals that somebody handles here are handled afterwards.

    Handlers, unlike a signal that is ignored, are not passed on to that program. An event loop is not woken meanwhile: it
    would take the interrupt for its own later on.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    interrupts = {signal.SIGINT, getattr(signal, "SIGQUIT", signal.SIGINT)}
    others = {signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}
    before = {number: signal.signal(number, lambda *_: None) for number in interrupts}
    for number in others:
        if callable(signal.getsignal(number)):
            before[number] = signal.signal(number, lambda number, _: came.append(number))
    wakeup = signal.set_wakeup_fd(-1)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in came:
            signal.raise_signal(number)
