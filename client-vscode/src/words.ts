/** How results and states are put into words; no VS Code here, so that it can be tested without one. */

import type { AnswerStatus, Evidence, IndexStatus, Result } from "./messages";

/** The name a place is shown under: its symbol, or else its file's name. */
export function title(result: Result): string {
  return result.symbol ?? result.path.slice(result.path.lastIndexOf("/") + 1);
}

/** The line to put the cursor on, counted from 0. */
export function cursorLine(result: Result): number {
  return result.best_line ?? result.range.start.line;
}

/** Path and line as people write them: `src/cart.py:12`. */
export function place(result: Result): string {
  return `${result.path}:${cursorLine(result) + 1}`;
}

/** The same within about `most` characters: of a long path the middle is left out, never the name or the line. */
export function shortPlace(result: Result, most: number): string {
  const whole = place(result);
  const [first, ...rest] = whole.split("/");
  if (whole.length <= most || rest.length < 2) {
    return whole;
  }
  let tail = rest.pop() ?? "";
  for (let next = rest.pop(); next && `${first}/…/${next}/${tail}`.length <= most; next = rest.pop()) {
    tail = `${next}/${tail}`;
  }
  return `${first}/…/${tail}`;
}

/** How likely the place is right, such as `72 %`; empty where that is not known. */
export function likelihood(result: Result): string {
  return result.probability === null ? "" : `${Math.round(100 * result.probability)} %`;
}

/** The source line that matches best, trimmed; empty where the answer came without text. */
export function bestLineText(result: Result): string {
  const lines = result.text?.split(/\r\n|\n|\r/) ?? [];
  return (lines[cursorLine(result) - result.range.start.line] ?? lines[0] ?? "").trim();
}

const SIGNALS: Readonly<Record<string, string>> = {
  lexical: "words",
  dense: "meaning",
  mention: "named in the question",
  graph: "calls and imports",
  history: "past commits",
  prior: "kind of place",
  model: "localization model",
  near: "near your work",
};

/** One reason in words, such as `name: merge`. */
export function reason(evidence: Evidence): string {
  return evidence.detail || signal(evidence);
}

/** What kind of reason it is, such as `words`. */
export function signal(evidence: Evidence): string {
  return SIGNALS[evidence.kind] ?? evidence.kind;
}

/** A count with its noun: `1 place`, `2,900 files`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`;
}

/** What stands above a list: how many places, and what to know about them. */
export function headline(query: string, results: readonly Result[], status: AnswerStatus): string {
  const found = results.length === 0 ? "Nothing found" : count(results.length, "place");
  return [`${found} for “${shorten(query, 60)}”`, ...remarks(status)].join(" · ");
}

/** What a reader has to know about an answer: that it is incomplete, and the server's own notes. */
export function remarks(status: AnswerStatus): string[] {
  const remarks = [...status.notes];
  if (status.message) {
    remarks.push(status.message);
  }
  if (!status.complete) {
    remarks.push(status.state === "indexing" ? "the index is still being made" : "the index is not up to date");
  }
  return remarks;
}

/** One line of at most `length` characters, the rest cut off. */
export function shorten(text: string, length: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= length ? line : `${line.slice(0, length - 1).trimEnd()}…`;
}

/** How far an index is, for the status item. */
export function progress(index: IndexStatus): string {
  if (index.state === "failed") {
    return index.message || "the index cannot be read";
  }
  if (index.state === "indexing" || index.state === "empty") {
    return index.total
      ? `${index.indexed.toLocaleString("en-US")} of ${count(index.total, "file")}`
      : "looking for files";
  }
  const files = count(index.files, "file");
  return index.complete ? files : `${files}, not up to date`;
}

/** How many files have a problem or were left out, with the reasons; empty when there are none. */
export function tally(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, number]) => number > 0)
    .sort(([, one], [, other]) => other - one)
    .map(([kind, number]) => `${number.toLocaleString("en-US")} ${kind}`)
    .join(", ");
}
