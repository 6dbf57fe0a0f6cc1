import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff } from "../../src/backoff";

test("five restarts with growing pauses, then none", () => {
  const backoff = new Backoff(() => 0);
  const pauses = Array.from({ length: 6 }, () => backoff.next());
  assert.equal(pauses[5], undefined);
  const five = pauses.slice(0, 5).map(Number);
  assert.deepEqual(
    [...five].sort((one, other) => one - other),
    five,
  );
  assert.ok(five.every((pause) => pause > 0));
});

test("a server that ran for long begins the count anew, one that came up only briefly does not", () => {
  let now = 1;
  const backoff = new Backoff(() => now);
  const first = backoff.next();
  backoff.up();
  now += 1_000;
  assert.notEqual(backoff.next(), first);
  backoff.up();
  now += 3_600_000;
  assert.equal(backoff.next(), first);
});
