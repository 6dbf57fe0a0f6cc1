"""The engines that stand in for the real one in fast tests are called exactly as the real one is."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

from findspot.engine import Engine, Unsaved
from findspot.engine.exploring import Explorer
from tests.cli import fakes as cli
from tests.lsp import fakes as lsp

OWN = {"calls", "indexed", "open", "unsaved"}
"""What tests ask of a stand-in only, and what the real engine makes in another way."""


def parameters(method: Callable[..., object]) -> dict[str, tuple[object, object]]:
    """Return the kind and default of each named parameter of a method but ``self``."""
    named = list(inspect.signature(method).parameters.values())[1:]
    return {one.name: (one.kind, one.default) for one in named if one.kind is not inspect.Parameter.VAR_KEYWORD}


@pytest.mark.parametrize("stand_in", [cli.FakeEngine, lsp.FakeEngine], ids=["cli", "lsp"])
def test_a_stand_in_is_called_as_the_engine_is(stand_in: type) -> None:
    methods = inspect.getmembers(stand_in, inspect.isfunction)
    compared = [(name, method) for name, method in methods if not name.startswith("_") and name not in OWN]
    assert len(compared) >= 5
    for name, method in compared:
        real = next(getattr(one, name) for one in (Engine, Unsaved, Explorer) if hasattr(one, name))
        assert parameters(method).items() <= parameters(real).items(), name
