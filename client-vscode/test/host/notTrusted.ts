/** A folder that is not trusted, with an interpreter and settings of a stranger's making in it. */

import * as assert from "node:assert/strict";
import { existsSync } from "node:fs";
import * as vscode from "vscode";
import { api, eventually, indexed } from "./support";

describe("a folder that is not trusted", () => {
  it("is searched by the user's own server, and starts nothing of its own", async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    const { server } = await api();
    await eventually(() => server().kind === "running");
    await indexed();
    const state = server();
    assert.ok(state.kind === "running");
    const root = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? assert.fail();
    assert.ok(!state.command.startsWith(root), state.command);
    assert.equal(existsSync(`${root}/started`), false);
  });

  it("has no say in how the server works", () => {
    const settings = vscode.workspace.getConfiguration("findspot");
    assert.equal(settings.get("answers.topK"), 10);
  });
});
