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
    ├── EvaluationError      a past cannot be read, or has nothing in it to measure on
    └── Cancelled            the caller set the stop event

Each message says what to do next. Bad *files* are never exceptions; they are ``FileProblem`` data (I-9).
"""

from __future__ import annotations


class FindspotError(Exception):
    """Base of all errors that Findspot raises on purpose."""


class ConfigError(FindspotError):
    """A setting is unknown or has an unusable value."""


class RootError(FindspotError):
    """The root does not exist or is not a folder."""


class OutsideRootError(FindspotError):
    """A path resolves outside the root."""


class QueryError(FindspotError):
    """The query is empty or larger than the limit."""


class IndexLockedError(FindspotError):
    """Another process is indexing this root."""


class IndexStorageError(FindspotError):
    """The index cannot be read or written."""


class IndexDamagedError(IndexStorageError):
    """The index file is damaged; the next refresh builds it again."""


class WorkerError(FindspotError):
    """The process that parses files cannot be started."""


class ModelError(FindspotError):
    """A model file is missing, damaged or of the wrong shape."""


class EvaluationError(FindspotError):
    """The past of a repository cannot be read, or there is nothing in it to measure on."""


class Cancelled(FindspotError):
    """The caller set the stop event while the call was running."""
