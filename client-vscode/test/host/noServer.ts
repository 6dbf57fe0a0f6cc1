/** A window whose setting names a server that is not there. */

import * as assert from "node:assert/strict";
import { api, eventually, run } from "./support";

describe("no server", () => {
  it("is said with what was tried, and commands end with a message", async () => {
    const { server, results } = await api();
    const state = await eventually(() => (server().kind === "missing" ? server() : undefined));
    assert.ok(state.kind === "missing");
    assert.deepEqual(
      state.tried.map(({ origin, problem }) => [origin, problem]),
      [["setting", "is not there"]],
    );
    await run("findspot.find");
    await run("findspot.findCauseInClipboard");
    assert.deepEqual(results(), []);
  });
});
