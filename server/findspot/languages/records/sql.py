"""SQL of any dialect, and dbt."""

from __future__ import annotations

from findspot.languages.conventions import PREFIX, SUFFIX
from findspot.languages.record import Language, words

LANGUAGE = Language(
    name="sql",
    suffixes=words("sql psql pgsql ddl tsql plsql pks pkb"),
    scanned=True,
    code=True,
    test_name=f"{PREFIX}|{SUFFIX}",
)
