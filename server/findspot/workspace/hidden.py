"""Which hidden entries are part of the work and indexed like any other, and which never are; pure, no I/O."""

from __future__ import annotations

IGNORE_FILES = frozenset({".findspotignore", ".ignore", ".gitignore"})
"""Names of the files that change what is indexed."""

NEVER_INDEXED = frozenset({".git", ".hg", ".jj", ".svn", ".findspot"})
"""Bookkeeping of version control and of Findspot itself; left out even when hidden files are wanted."""

_WORK_FOLDERS = frozenset(
    {
        *(".github", ".gitlab", ".circleci", ".devcontainer", ".vscode"),
        *(".buildkite", ".forgejo", ".gitea", ".husky", ".storybook", ".woodpecker"),
    }
)
"""Folders in which people keep what they are asked about: builds, releases, containers, editor tasks, hooks."""

_SECRETS = frozenset(
    {
        *(".boto", ".dockercfg", ".env", ".envrc", ".git-credentials", ".htpasswd", ".my.cnf", ".netrc", ".npmrc"),
        *(".pgpass", ".pypirc", ".s3cfg", ".vault-token"),
    }
)
"""Files that are made to hold passwords and tokens."""

_TEMPLATE_ENDINGS = (".example", ".sample", ".template", ".dist", ".defaults")


def is_work(name: str, path: str, *, is_folder: bool) -> bool:
    """Return whether the hidden entry ``name`` (root-relative ``path``) is indexed by default.

    So are a few folders at any depth, and files in the root itself: not folders, not ignore files (every one of them
    names half of what people ask about), and nothing that may hold secrets.
    """
    if is_folder:
        return name in _WORK_FOLDERS
    return name == path and name not in IGNORE_FILES and not is_secret(name)


def is_secret(name: str) -> bool:
    """Return whether a file of this name usually holds passwords, tokens or typed lines; an example of one does not."""
    if name.endswith(_TEMPLATE_ENDINGS):
        return False
    return name in _SECRETS or name.startswith((".env.", ".envrc.")) or name.endswith(("_history", "_hist"))
