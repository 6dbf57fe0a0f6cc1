/** A window without a folder. */

import * as assert from "node:assert/strict";
import * as vscode from "vscode";
import { api, run, untitled } from "./support";

describe("no folder", () => {
  it("no server is started, and every command ends with a message", async () => {
    const { server, results } = await api();
    assert.equal(server().kind, "idle");
    await untitled("ValueError: something is wrong");
    for (const name of ["find", "findCauseOfSelection", "findRelated", "copyContext", "showStatus", "rebuildIndex"]) {
      await run(`findspot.${name}`);
    }
    assert.equal(server().kind, "idle");
    assert.deepEqual(results(), []);
  });

  it("the tool for agents says so", async () => {
    const asking = vscode.lm.invokeTool("findspot_find_code", {
      input: { query: "x" },
      toolInvocationToken: undefined,
    });
    await assert.rejects(async () => asking, /there are none/);
  });
});
