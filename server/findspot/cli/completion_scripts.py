"""Scripts that complete command lines in bash, zsh, fish and PowerShell: pure functions from what can be written to text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Value:
    """What an option or a word may be: one of ``choices``, or else a file or a folder, or else anything."""

    choices: tuple[str, ...] = ()
    path: Literal["", "file", "folder"] = ""


@dataclass(frozen=True, slots=True)
class Option:
    """An option: its spellings, what it does, and its value; None where it takes none."""

    names: tuple[str, ...]
    meaning: str
    value: Value | None


@dataclass(frozen=True, slots=True)
class Command:
    """What can be written after a command: its options, and the values of its words; the last holds for all further ones."""

    meaning: str
    options: tuple[Option, ...]
    words: tuple[Value, ...]


Commands = Mapping[str, Command]
Forms = Mapping[str, str]
"""Options that stand for a command, each with its name."""

_LOOK = """\
# Sets command, place (how many words follow it) and option (one that still needs its value) from the words before.
_findspot_look() {
    command= named= place=0 option=
    while (($#)); do
        if [[ -n $option ]]; then
            [[ $1 == "=" ]] || option=
        elif [[ $place == literal ]]; then
            :
        else
            case $1 in
                --) command=${command:-search} named=1 place=literal ;;
                @VALUED@) option=$1 ;;
@FORMS@
                -*) ;;
                *)
                    if [[ -n $named ]]; then
                        place=$((place + 1))
                    else
                        named=1
                        case $1 in
                            @COMMANDS@) command=$1 ;;
                            *) command=${command:-search} place=1 ;;
                        esac
                    fi
                    ;;
            esac
        fi
        shift
    done
}

_findspot_complete() {
    if [[ -n $option ]]; then
        case ${command:-search}:$option in
@OPTION_VALUES@
        esac
    elif [[ $place == literal ]]; then
        _findspot_files
    elif [[ $current == -* ]]; then
        case ${command:-search} in
@OPTIONS@
        esac
    elif [[ -z $command ]]; then
        _findspot_words @NAMES@
    else
        case $command:$place in
@WORDS@
        esac
    fi
}
"""

_BASH = """\
# Completion of findspot for bash, made by: findspot completions bash

_findspot_words() { local IFS=$'\\n'; COMPREPLY=($(compgen -W "$*" -- "$current")); }
_findspot_files() { local IFS=$'\\n'; compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current")); }
_findspot_folders() { local IFS=$'\\n'; compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$current")); }

@LOOK@
_findspot() {
    local current=${COMP_WORDS[COMP_CWORD]} command named place option
    COMPREPLY=()
    _findspot_look "${COMP_WORDS[@]:1:COMP_CWORD-1}"
    if [[ -n $option && $current == "=" ]]; then current=; fi
    _findspot_complete
}

complete -F _findspot findspot
"""

_ZSH = """\
#compdef findspot
# Completion of findspot for zsh, made by: findspot completions zsh

_findspot_words() { local -a found; found=("$@"); _describe -V value found; }
_findspot_files() { _files; }
_findspot_folders() { _files -/; }

@LOOK@
_findspot() {
    local current=$PREFIX command named place option
    _findspot_look "${(@)words[2,CURRENT-1]}"
    if [[ -z $option && $current == --*=* ]]; then
        option=${current%%=*}
        compset -P '*='
    fi
    _findspot_complete
}

if [[ $funcstack[1] == _findspot ]]; then _findspot "$@"; else compdef _findspot findspot; fi
"""

_FISH = """\
# Completion of findspot for fish, made by: findspot completions fish

# Prints the command and how many words follow it.
function __findspot_line
    set -l command none
    set -l place 0
    set -l option
    for word in (commandline -opc)[2..-1]
        if test -n "$option"
            set option
            continue
        end
        switch $word
            case @VALUED@
                set option $word
@FORMS@
            case '-*'
            case '*'
                if test $command != none
                    set place (math $place + 1)
                else if contains -- $word @COMMANDS@
                    set command $word
                else
                    set command search
                    set place 1
                end
        end
    end
    echo $command
    echo $place
end

function __findspot_is
    contains -- (__findspot_line)[1] $argv
end

function __findspot_at
    string match -q -- "$argv" (string join ' ' (__findspot_line))
end

complete -c findspot -f -n '__findspot_is none'
"""

_POWERSHELL = """\
# Completion of findspot for PowerShell, made by: findspot completions powershell

Register-ArgumentCompleter -Native -CommandName findspot -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $commands = [ordered]@{
@COMMANDS@
    }
    $forms = @{ @FORMS@ }
    $options = @{
@OPTIONS@
    }
    $values = @{
@VALUES@
    }
    $command = ''
    $option = ''
    $before = $commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | Select-Object -Skip 1
    foreach ($element in $before) {
        $word = $element.ToString()
        if ($option) { $option = ''; continue }
        $owner = if ($command) { $command } else { 'search' }
        if ($values.Contains("${owner}:$word")) { $option = $word }
        elseif ($forms.Contains($word)) { $command = $forms[$word] }
        elseif (-not $word.StartsWith('-') -and -not $command) {
            $command = if ($commands.Contains($word)) { $word } else { 'search' }
        }
    }
    $owner = if ($command) { $command } else { 'search' }
    $found = if ($option) { $values["${owner}:$option"] }
    elseif ($wordToComplete.StartsWith('-')) { $options[$owner] }
    elseif (-not $command) { $commands.Keys }
    else { $values["${owner}:"] }
    $found | Where-Object { $_ -clike "$wordToComplete*" } | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }
}
"""


def bash(commands: Commands, forms: Forms) -> str:
    """Return the script for bash 3.2 and later."""
    return _BASH.replace("@LOOK@", _look(commands, forms, described=False))


def zsh(commands: Commands, forms: Forms) -> str:
    """Return the script for zsh, to be read at start or to lie in a folder of ``fpath``."""
    return _ZSH.replace("@LOOK@", _look(commands, forms, described=True))


def _look(commands: Commands, forms: Forms, *, described: bool) -> str:
    """Return the part that bash and zsh share."""
    stand_for = [f"                {name}) command={command} named=1 ;;" for name, command in forms.items()]
    names = [(name, command.meaning) for name, command in commands.items()]
    parts = {
        "VALUED": "|".join(_valued(commands)),
        "FORMS": "\n".join(stand_for),
        "COMMANDS": "|".join(commands),
        "OPTION_VALUES": "\n".join(_option_arms(commands)),
        "OPTIONS": "\n".join(
            f"            {name}) _findspot_words {_list(_spelt(command), described=described)} ;;"
            for name, command in commands.items()
        ),
        "NAMES": _list(names, described=described),
        "WORDS": "\n".join(_word_arms(commands)),
    }
    return _filled(_LOOK, parts)


def _filled(template: str, parts: Mapping[str, str]) -> str:
    for name, text in parts.items():
        template = template.replace(f"@{name}@", text)
    return "".join(line for line in template.splitlines(keepends=True) if line.strip() or line == "\n")


def _valued(commands: Commands) -> list[str]:
    """Return every spelling of every option that takes a value."""
    return sorted({name for command in commands.values() for one in command.options if one.value for name in one.names})


def _spelt(command: Command) -> list[tuple[str, str]]:
    return [(name, option.meaning) for option in command.options for name in option.names]


def _list(rows: Sequence[tuple[str, str]], *, described: bool) -> str:
    return " ".join(_quoted(f"{name}:{meaning}" if described else name) for name, meaning in rows)


def _quoted(text: str) -> str:
    """Return a word of bash, zsh or fish."""
    escaped = text.replace("'", "'\\''")
    return f"'{escaped}'"


def _option_arms(commands: Commands) -> Iterator[str]:
    """Yield a line for each kind of value, with the options of the commands that take it."""
    arms: dict[Value, list[str]] = {}
    for name, command in commands.items():
        for option in command.options:
            if option.value is not None and option.value != Value():
                arms.setdefault(option.value, []).extend(f"{name}:{spelling}" for spelling in option.names)
    for value, patterns in arms.items():
        yield f"            {'|'.join(patterns)}) {_call(value)} ;;"


def _word_arms(commands: Commands) -> Iterator[str]:
    for name, command in commands.items():
        for place, value in enumerate(command.words):
            last = place == len(command.words) - 1
            yield f"            {name}:{'*' if last else place}) {_call(value)} ;;"


def _call(value: Value) -> str:
    if value.choices:
        return f"_findspot_words {' '.join(map(_quoted, value.choices))}"
    return {"file": "_findspot_files", "folder": "_findspot_folders", "": ":"}[value.path]


def fish(commands: Commands, forms: Forms) -> str:
    """Return the script for fish."""
    stand_for = [f"            case {name}\n                set command {command}" for name, command in forms.items()]
    parts = {"VALUED": " ".join(_valued(commands)), "FORMS": "\n".join(stand_for), "COMMANDS": " ".join(commands)}
    lines = [_filled(_FISH, parts)]
    for name, command in commands.items():
        lines.append(f"complete -c findspot -n '__findspot_is none' -a {name} -d {_quoted(command.meaning)}")
        when = f"'__findspot_is {name}{' none' if name == 'search' else ''}'"
        lines += [f"complete -c findspot -n {when} {_fish_option(option)}" for option in command.options]
        for place, value in enumerate(command.words):
            if value.choices:
                at = f"'__findspot_at {name} {place}'"
                lines.append(f"complete -c findspot -f -n {at} -a {_quoted(' '.join(value.choices))}")
        if not any(value.path for value in command.words):
            lines.append(f"complete -c findspot -f -n {when}")
    return "\n".join([*lines, ""])


def _fish_option(option: Option) -> str:
    names = [f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names]
    value = ""
    if option.value is not None:
        if option.value.choices:
            value = f" -x -a {_quoted(' '.join(option.value.choices))}"
        else:
            value = {"file": " -r -F", "folder": " -x -a '(__fish_complete_directories)'", "": " -x"}[option.value.path]
    return f"{' '.join(names)}{value} -d {_quoted(option.meaning)}"


def powershell(commands: Commands, forms: Forms) -> str:
    """Return the script for PowerShell; where it offers nothing, PowerShell offers files."""
    values = [
        f"        {_single(f'{name}:{spelling}')} = @({_singles(option.value.choices)})"
        for name, command in commands.items()
        for option in command.options
        if option.value is not None
        for spelling in option.names
    ]
    words = [
        f"        {_single(f'{name}:')} = @({_singles([choice for value in command.words for choice in value.choices])})"
        for name, command in commands.items()
    ]
    parts = {
        "COMMANDS": "\n".join(f"        {_single(name)} = {_single(one.meaning)}" for name, one in commands.items()),
        "FORMS": "; ".join(f"{_single(name)} = {_single(command)}" for name, command in forms.items()),
        "OPTIONS": "\n".join(
            f"        {_single(name)} = @({_singles([spelling for spelling, _ in _spelt(command)])})"
            for name, command in commands.items()
        ),
        "VALUES": "\n".join([*values, *words]),
    }
    return _filled(_POWERSHELL, parts)


def _singles(texts: Sequence[str]) -> str:
    return ", ".join(map(_single, texts))


def _single(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
