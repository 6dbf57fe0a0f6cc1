"""How languages without a syntax tree are read for what they define: by scanners of our own, by path and source."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from findspot.parsing.dockerfile import read_dockerfile
from findspot.parsing.keyed import keyed
from findspot.parsing.keys import json_keys, toml_keys, xml_keys, yaml_keys
from findspot.parsing.literate import read_literate
from findspot.parsing.notebook import read_notebook
from findspot.parsing.razor import read_razor
from findspot.parsing.sql import read_sql
from findspot.parsing.stylesheets import stylesheet
from findspot.parsing.symbols import Outline
from findspot.parsing.templates import TEMPLATES

SCANNERS: Final[MappingProxyType[str, Callable[[str, bytes], Outline]]] = MappingProxyType(
    {
        "config": keyed(toml_keys, "config"),
        "css": stylesheet("css"),
        "dockerfile": read_dockerfile,
        "json": keyed(json_keys, "json"),
        "literate": read_literate,
        "notebook": read_notebook,
        "razor": read_razor,
        "scss": stylesheet("scss"),
        "sql": read_sql,
        "toml": keyed(toml_keys, "toml"),
        "xml": keyed(xml_keys, "xml"),
        "yaml": keyed(yaml_keys, "yaml"),
        **TEMPLATES,
    }
)
