"""The exceptions that callers of Findspot may see.

::

    FindspotError
    ├── ConfigError          a setting is unknown or has an unusable value
    ├── RootError            the root does not exist or is no folder
    ├── OutsideRootError     a path resolves outside the root
    ├── QueryError           the query is empty or too large
    ├── IndexLockedError     another process is indexing this root
    ├── IndexStorageError    the index cannot be read or written (full disk, no permission)
    │   └── IndexDamagedError   its file is damaged; the next refresh builds it again
    ├── WorkerError          the process that parses files cannot be started
    ├── ModelError           a model file is missing, damaged or of the wrong shape
    ├── OpenError            no program can open a file, or its command cannot be used
    ├── TerminalError        there is no terminal to draw on
    ├── InstallError         a configuration file of an agent cannot be read or changed
    ├── EvaluationError      a past cannot be read, or has nothing in it to measure on
    ├── Declined             somebody was asked about a large index and did not want it
    └── Cancelled            the caller set the stop event

Each message says what to do next. Bad *files* are never exceptions; they are ``FileProblem`` data (I-9).
"""

from __future__ import annotations

import errno


class FindspotError(Exception):
    """Base of all errors that Findspot raises on purpose."""


class ConfigError(FindspotError):
    """A setting is unknown or has an unusable value."""


class RootError(FindspotError):
    """The root does not exist or is not a folder."""


class OutsideRootError(FindspotError):
    """A path resolves outside the root."""


class QueryError(FindspotError):
    """The query is empty, larger than the limit, or names a path that no index can hold."""


class IndexLockedError(FindspotError):
    """Another process is indexing this root."""


class IndexStorageError(FindspotError):
    """The index cannot be read or written."""


class IndexDamagedError(IndexStorageError):
    """The index file is damaged; the next refresh builds it again."""


class Declined(FindspotError):
    """A large index was not wanted."""


class WorkerError(FindspotError):
    """The process that parses files cannot be started."""


class ModelError(FindspotError):
    """A model file is missing, damaged or of the wrong shape."""


class OpenError(FindspotError):
    """No program can open a file, or the command that should cannot be used."""


class TerminalError(FindspotError):
    """There is no terminal to draw on, or it cannot be used."""


class InstallError(FindspotError):
    """A configuration file of an agent cannot be read as what it should be, or must not be changed."""


class EvaluationError(FindspotError):
    """The past of a repository cannot be read, or there is nothing in it to measure on."""


class Cancelled(FindspotError):
    """The caller set the stop event while the call was running."""


_SAID = {
    errno.ENOENT: ("no such file or folder", "check its name"),
    errno.ENOTDIR: ("a file stands where a folder is needed", "check its name"),
    errno.EISDIR: ("it is a folder", "give a file"),
    errno.EACCES: ("permission denied", "check who may read and write it"),
    errno.EPERM: ("permission denied", "check who may read and write it"),
    errno.EROFS: ("it cannot be written to", "choose another place"),
    errno.ENOSPC: ("the disk is full", "free some space and try again"),
    errno.EDQUOT: ("your share of the disk is full", "free some space and try again"),
    errno.EFBIG: ("the file system or a limit allows no file so large", "choose another disk, or raise ulimit -f"),
    errno.EMFILE: ("too many files are open", "raise the limit with ulimit -n and try again"),
    errno.ENFILE: ("too many files are open", "end other programs and try again"),
    errno.ENAMETOOLONG: ("the name is too long", "give a shorter one"),
    errno.ELOOP: ("links lead in a circle", "give the file itself"),
    errno.EIO: ("the disk cannot be read", "check the disk"),
    errno.EADDRINUSE: ("the address is in use", "choose another port"),
    errno.ECONNREFUSED: ("nobody listens there", ""),
    errno.EADDRNOTAVAIL: ("no such address on this machine", "choose another one"),
}


def reason(error: BaseException) -> str:
    """Return what went wrong in plain words, without numbers and file names, and what to do where that is known."""
    if not isinstance(error, OSError) or error.errno is None:
        return str(error)
    what, remedy = _SAID.get(error.errno, ((error.strerror or "it failed").lower(), ""))
    return f"{what}; {remedy}" if remedy else what


def complaint(error: OSError) -> str:
    """Return one line for people: which file, what is wrong with it, what to do."""
    return f"{error.filename}: {reason(error)}" if error.filename is not None else reason(error)
