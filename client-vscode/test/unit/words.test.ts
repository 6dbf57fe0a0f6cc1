import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnswerStatus, IndexStatus, Result } from "../../src/messages";
import {
  bestLineText,
  cursorLine,
  headline,
  likelihood,
  place,
  progress,
  reason,
  shorten,
  shortPlace,
  signal,
  tally,
  title,
} from "../../src/words";

const result: Result = {
  root: "file:///repo",
  path: "shop/cart.py",
  symbol: "apply_discount",
  kind: "function",
  score: 7,
  probability: 0.724,
  rank: 1,
  stage: "hybrid",
  evidence: [],
  fresh: true,
  exact: null,
  best_line: 10,
  matches: [10],
  text: 'def apply_discount(price):\n    """Lower the price."""\n',
  truncated: false,
  uri: "file:///repo/shop/cart.py",
  range: { start: { line: 9, character: 0 }, end: { line: 11, character: 0 } },
};

const status: AnswerStatus = {
  state: "ready",
  complete: true,
  lexical: true,
  dense: true,
  model: "",
  model_applied: false,
  files: 3,
  chunks: 9,
  elapsed_seconds: 0.01,
  in_root_probability: null,
  suggested_length: null,
  exact: null,
  by_meaning: false,
  notes: [],
  message: "",
};

test("a place has the name of its symbol, or of its file", () => {
  assert.equal(title(result), "apply_discount");
  assert.equal(title({ ...result, symbol: null }), "cart.py");
  assert.equal(title({ ...result, symbol: null, path: "README" }), "README");
});

test("the cursor goes to the line that matches best, and is told counted from 1", () => {
  assert.equal(cursorLine(result), 10);
  assert.equal(place(result), "shop/cart.py:11");
  assert.equal(cursorLine({ ...result, best_line: null }), 9);
});

test("the line that matches best is shown; without it the first, without text nothing", () => {
  assert.equal(bestLineText(result), '"""Lower the price."""');
  assert.equal(bestLineText({ ...result, best_line: 90 }), "def apply_discount(price):");
  assert.equal(bestLineText({ ...result, text: undefined }), "");
});

test("a probability is shown only where it is known", () => {
  assert.equal(likelihood(result), "72 %");
  assert.equal(likelihood({ ...result, probability: null }), "");
});

test("no partial answer stands there without a word about it", () => {
  assert.equal(headline("rebate", [result], status), "1 place for “rebate”");
  const behind = headline("rebate", [], {
    ...status,
    complete: false,
    state: "indexing",
    notes: ["Nothing is called so"],
  });
  assert.equal(behind, "Nothing found for “rebate” · Nothing is called so · the index is still being made");
  assert.match(headline("rebate", [result], { ...status, complete: false }), /the index is not up to date/);
});

test("evidence is told in words, also of a kind that is not known yet", () => {
  assert.equal(reason({ kind: "lexical", detail: "name: rebate", score: 1 }), "name: rebate");
  assert.equal(reason({ kind: "dense", detail: "", score: 1 }), "meaning");
  assert.equal(signal({ kind: "lexical", detail: "name: rebate", score: 1 }), "words");
  assert.equal(signal({ kind: "stars", detail: "right", score: 1 }), "stars");
});

test("how far an index is", () => {
  const index: IndexStatus = {
    root: "file:///repo",
    state: "indexing",
    message: "",
    complete: false,
    files: 0,
    chunks: 0,
    holes: 0,
    size_bytes: 0,
    generation: 1,
    embedder: null,
    localization_model: null,
    ranker: null,
    quarantined: [],
    indexed: 1200,
    total: 2900,
    other_process_indexing: false,
    problems: {},
    skipped: {},
  };
  assert.equal(progress(index), "1,200 of 2,900 files");
  assert.equal(progress({ ...index, total: null }), "looking for files");
  assert.equal(progress({ ...index, state: "ready", complete: true, files: 1 }), "1 file");
  assert.equal(progress({ ...index, state: "ready", files: 2 }), "2 files, not up to date");
  assert.equal(progress({ ...index, state: "failed", message: "no room on the disk" }), "no room on the disk");
});

test("counts come with the largest first, and texts on one line", () => {
  assert.equal(tally({ binary: 3, hidden: 1200, minified: 0 }), "1,200 hidden, 3 binary");
  assert.equal(tally({}), "");
  assert.equal(shorten("a\n  b", 10), "a b");
  assert.equal(shorten("abcdefgh", 5), "abcd…");
});

test("of a long path the middle is left out", () => {
  const path = "clients/python/a_long_package_name/with/many/levels/of/folders/currency.py";
  assert.equal(shortPlace({ ...result, path }, 40), "clients/…/of/folders/currency.py:11");
  assert.equal(shortPlace(result, 40), "shop/cart.py:11");
  assert.equal(shortPlace({ ...result, path: `a/${"x".repeat(50)}.py` }, 40), `a/${"x".repeat(50)}.py:11`);
  assert.equal(shortPlace({ ...result, path: `a/b/${"x".repeat(50)}.py` }, 40), `a/…/${"x".repeat(50)}.py:11`);
});
