import assert from "node:assert/strict";
import { test } from "node:test";
import { LiveQuery, type LiveState } from "../../src/liveQuery";

/** A live query whose answers the test gives by hand, in any order. */
function typing(restMs?: number) {
  type Asked = { query: string; signal: AbortSignal; answer(list: string): void; fail(error: Error): void };
  const asked: Asked[] = [];
  const better: Asked[] = [];
  const painted: LiveState<string>[] = [];
  const into = (list: Asked[]) => (query: string, signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => list.push({ query, signal, answer: resolve, fail: reject }));
  const live = new LiveQuery<string>(into(asked), into(better), (state) => painted.push(state), {
    debounceMs: 0,
    restMs,
  });
  const nth = async (list: Asked[], count: number) => {
    while (list.length < count) {
      await turn();
    }
    const last = list[count - 1];
    assert.ok(last);
    return last;
  };
  return {
    live,
    asked,
    better,
    painted,
    asks: (n: number) => nth(asked, n),
    asksBetter: (n: number) => nth(better, n),
  };
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
  assert.deepEqual(live.current, { text: "", shown: undefined, busy: false, better: false, error: undefined });
  assert.equal(asked.length, 1);
});

test("at rest a better answer takes the place of the first", async () => {
  const { live, asks, asksBetter } = typing(0);
  live.type("word");
  (await asks(1)).answer("list");
  (await asksBetter(1)).answer("better list");
  await turn();
  assert.equal(live.current.shown?.answer, "better list");
  assert.equal(live.current.better, true);
});

test("a keystroke ends the wish for a better answer, and a failure of it leaves the first", async () => {
  const { live, asks, asksBetter } = typing(0);
  live.type("one");
  (await asks(1)).answer("list of one");
  const late = await asksBetter(1);
  live.type("two");
  assert.equal(late.signal.aborted, true);
  late.answer("better list of one");
  (await asks(2)).answer("list of two");
  (await asksBetter(2)).fail(new Error("no model"));
  await turn();
  assert.deepEqual(live.current.shown, { query: "two", answer: "list of two" });
  assert.equal(live.current.error, undefined);
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
