import * as assert from "node:assert/strict";
import * as vscode from "vscode";
import { api, eventually, indexed } from "./support";

describe("Find in Code Base", () => {
  it("starts the server of the setting", async () => {
    const { server } = await api();
    await eventually(() => server().kind === "running");
    await indexed();
  });

  it("opens the best place for a sentence at its best line", async () => {
    const { results } = await api();
    await vscode.commands.executeCommand("findspot.find", { query: "where is the price lowered by a rebate" });
    // Enter before the answer is there waits for it.
    await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
    const editor = await eventually(() => vscode.window.activeTextEditor);
    assert.match(editor.document.uri.path, /shop\/cart\.py$/);
    const around = editor.document.getText(new vscode.Range(8, 0, 12, 0));
    assert.match(around, /apply_discount/);
    assert.ok(
      editor.selection.active.line >= 9 && editor.selection.active.line <= 11,
      `line ${editor.selection.active.line}`,
    );
    assert.equal(results()[0]?.symbol, "apply_discount");
  });
});
