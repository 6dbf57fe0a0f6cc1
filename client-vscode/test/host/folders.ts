/** A workspace of two folders. */

import * as assert from "node:assert/strict";
import * as vscode from "vscode";
import { api, eventually, indexed, run, select, status, symbols } from "./support";

before(() => indexed(2));

describe("two folders", () => {
  it("are searched together", async () => {
    const { results } = await api();
    await run("findspot.askAgain", { kind: "search", text: "where is a parcel weighed" });
    assert.equal(symbols(results())[0], "weigh");
    await run("findspot.askAgain", { kind: "search", text: "where is the price lowered by a rebate" });
    assert.equal(symbols(results())[0], "apply_discount");
  });

  it("have their own related code", async () => {
    const { results } = await api();
    await select("parcels.py", "weigh", 1);
    await run("findspot.findRelated");
    assert.ok(symbols(results()).includes("postage"), String(symbols(results())));
  });

  it("come and go while the server runs", async () => {
    const { server } = await api();
    const before = server();
    const second = vscode.workspace.workspaceFolders?.[1] ?? assert.fail();
    vscode.workspace.updateWorkspaceFolders(1, 1);
    await eventually(async () => (await status()).roots.length === 1);
    vscode.workspace.updateWorkspaceFolders(1, 0, { uri: second.uri });
    await indexed(2);
    assert.equal(server().kind, before.kind);
  });

  it("a file outside of both is told to be so", async () => {
    const { results } = await api();
    await run("findspot.clearResults");
    const outside = vscode.Uri.joinPath(vscode.workspace.workspaceFolders?.[0]?.uri ?? assert.fail(), "../outside.py");
    await vscode.workspace.fs.writeFile(outside, new TextEncoder().encode("def stray():\n    return 1\n"));
    await vscode.window.showTextDocument(outside);
    await run("findspot.findRelated");
    assert.deepEqual(results(), []);
  });
});
