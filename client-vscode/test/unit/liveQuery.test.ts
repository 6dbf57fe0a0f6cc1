import assert from "node:assert/strict";
import { test } from "node:test";
import { LiveQuery, type LiveState } from "../../src/liveQuery";

/** A live query whose answers the test gives by hand, in any order. */
function typing() {
  const asked: { query: string; signal: AbortSignal; answer(list: string): void; fail(error: Error): void }[] = [];
  const painted: LiveState<string>[] = [];
  const live = new LiveQuery<string>(
    (query, signal) => new Promise((resolve, reject) => asked.push({ query, signal, answer: resolve, fail: reject })),
    (state) => painted.push(state),
    0,
  );
  const asks = async (count: number) => {
    while (asked.length < count) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const last = asked[count - 1];
    assert.ok(last);
    return last;
  };
  return { live, asked, painted, asks };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

test("keystrokes within the pause are one question", async () => {
  const { live, asked, asks } = typing();
  for (const text of ["r", "re", "reb", "rebate"]) {
    live.type(text);
  }
  assert.equal((await asks(1)).query, "rebate");
  await turn();
  assert.equal(asked.length, 1);
});

test("a newer text cancels the former question, whose late answer is never shown", async () => {
  const { live, painted, asks } = typing();
  live.type("first");
  const first = await asks(1);
  live.type("second");
  const second = await asks(2);
  assert.equal(first.signal.aborted, true);
  second.answer("list of second");
  await turn();
  first.answer("list of first");
  await turn();
  assert.deepEqual(live.current.shown, { query: "second", answer: "list of second" });
  assert.ok(painted.every((state) => state.shown?.answer !== "list of first"));
});

test("the list of the former text stays, known to be stale, until the new one is there", async () => {
  const { live, asks } = typing();
  live.type("first");
  (await asks(1)).answer("list of first");
  await turn();
  assert.equal(live.stale, false);
  live.type("second");
  assert.equal(live.stale, true);
  assert.equal(live.current.busy, true);
  assert.equal(live.current.shown?.query, "first");
  (await asks(2)).answer("list of second");
  await turn();
  assert.equal(live.stale, false);
});

test("a failure takes the old list away and ends the waiting", async () => {
  const { live, asks } = typing();
  live.type("first");
  (await asks(1)).answer("list");
  await turn();
  live.type("second");
  const settled = live.settled();
  (await asks(2)).fail(new Error("no server"));
  await settled;
  assert.equal(live.current.shown, undefined);
  assert.match(String(live.current.error), /no server/);
});

test("who waits gets the list of the newest text, not of one in between", async () => {
  const { live, asks } = typing();
  live.type("one");
  const settled = live.settled();
  live.type("one two");
  (await asks(1)).answer("list");
  await settled;
  assert.equal(live.current.shown?.query, "one two");
});

test("an emptied text shows nothing and asks nothing", async () => {
  const { live, asked, asks } = typing();
  live.type("word");
  (await asks(1)).answer("list");
  await turn();
  live.type("   ");
  await turn();
  assert.deepEqual(live.current, { text: "", shown: undefined, busy: false, error: undefined });
  assert.equal(asked.length, 1);
});

test("a better answer replaces only that of the same text", async () => {
  const { live, asks } = typing();
  live.type("word");
  (await asks(1)).answer("list");
  await turn();
  live.improve("another", "list of another");
  assert.equal(live.current.shown?.answer, "list");
  live.improve("word", "better list");
  assert.equal(live.current.shown?.answer, "better list");
});

test("closing wakes who waits and cancels", async () => {
  const { live, asks } = typing();
  live.type("word");
  const asked = await asks(1);
  const settled = live.settled();
  live.dispose();
  await settled;
  assert.equal(asked.signal.aborted, true);
});
