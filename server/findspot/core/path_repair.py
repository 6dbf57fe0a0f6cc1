"""From a path as a model or a person wrote it to the one path of the index that it means, or none.

Only what is in the index can come out, so nothing leads outside of the root, whatever is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

_MAX = 4_096
_LINES = re.compile(r"(?::\d+){1,2}(?:-\d+)?$|#L\d+(?:-L?\d+)?$|:\d+-\d+$")
_WRAPPING = " \t\r\n\"'`<>()[],;"
_DRIVE = re.compile(r"[A-Za-z]:/")


def repaired(written: str, root: str, known: Collection[str]) -> str | None:
    """Return the one path of ``known`` (root-relative, with ``/``) that ``written`` means, None if none or several.

    Mended are quotes, line numbers behind the path, backslashes, the path of the ``root`` in front, ``.`` and ``..`` that stay
    inside, a missing or superfluous beginning where only one file fits, and the case of letters. What climbs out of the
    root, or is absolute and elsewhere, means nothing.
    """
    if written in known:
        return written
    text = written[:_MAX].strip(_WRAPPING).removeprefix("file://")
    for form in dict.fromkeys((text, _LINES.sub("", text))):
        inside = _inside(form.replace("\\", "/"), root.replace("\\", "/").rstrip("/"))
        if not inside:
            continue
        if inside in known:
            return inside
        for fold in (str, str.casefold):
            found = _meant(inside, known, fold)
            if found is not None:
                return found
    return None


def _inside(path: str, root: str) -> str:
    """Return a path relative to the root without dots; "" for one that is elsewhere."""
    fold = str.casefold if _DRIVE.match(root) else str
    if fold(f"{path}/").startswith(fold(f"{root}/")):
        path = path[len(root) + 1 :]
    if path.startswith(("/", "~")) or _DRIVE.match(path):
        return ""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return ""
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def _meant(path: str, known: Collection[str], fold: Callable[[str], str]) -> str | None:
    """Return the one known path that equals ``path``, ends with it, or is the end of it (the longest such); None if unclear."""
    wanted = fold(path)
    for fits in (_equal, _longer):
        found = [one for one in known if fits(fold(one), wanted)]
        if found:
            return found[0] if len(found) == 1 else None
    ends = _ends(wanted.split("/"))
    shorter = sorted((one for one in known if fold(one) in ends), key=len, reverse=True)
    if not shorter or (len(shorter) > 1 and len(shorter[0]) == len(shorter[1])):
        return None
    return shorter[0]


def _equal(one: str, wanted: str) -> bool:
    return one == wanted


def _longer(one: str, wanted: str) -> bool:
    return one.endswith(f"/{wanted}")


def _ends(parts: Sequence[str]) -> frozenset[str]:
    return frozenset("/".join(parts[at:]) for at in range(1, len(parts)))
