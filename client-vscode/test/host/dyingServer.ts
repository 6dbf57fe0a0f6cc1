/** A server that dies as soon as it is spoken to. */

import * as assert from "node:assert/strict";
import { api, eventually, run } from "./support";

describe("a server that always dies", () => {
  it("is started again five times, then no more, and the user can ask for it", async () => {
    const { server } = await api();
    const attempts = new Set<number>();
    await eventually(() => {
      const state = server();
      if (state.kind === "restarting") {
        attempts.add(state.attempt);
      }
      return state.kind === "failed";
    }, 50);
    assert.deepEqual([...attempts], [1, 2, 3, 4, 5]);
    const state = server();
    assert.ok(state.kind === "failed");
    assert.match(state.message, /has stopped 6 times in a row/);
    await run("findspot.find");
    const restarting = run("findspot.restartServer");
    await eventually(() => server().kind === "restarting");
    void restarting;
  });
});
