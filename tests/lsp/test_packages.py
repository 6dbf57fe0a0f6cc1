"""Packages of a monorepo as scopes in an editor: by name, in whichever open folder has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lsp.editor import JsonRpcException, editing

FILES = {
    "packages/ui/package.json": '{"name": "@shop/ui"}\n',
    "packages/ui/price.ts": "export function showPrice(price: number) {\n  return price;\n}\n",
    "packages/api/package.json": '{"name": "@shop/api"}\n',
    "packages/api/price.ts": "export function showPrice(price: number) {\n  return [price];\n}\n",
}


@pytest.mark.row("L09")
async def test_a_scope_may_be_a_package_and_a_wrong_name_says_what_is_near(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    async with editing("neovim", root) as editor:
        await editor.until_ready()
        assert await editor.paths("showPrice", scope=["@shop/ui"]) == ["packages/ui/price.ts"]
        both = await editor.paths("showPrice", scope=["api", (root / "packages" / "ui").as_uri()])
        assert set(both) == {"packages/ui/price.ts", "packages/api/price.ts"}
        with pytest.raises(JsonRpcException, match=r"not a file: URI.*packages with such a name: @shop/api"):
            await editor.paths("showPrice", scope=["@shop/apo"])
