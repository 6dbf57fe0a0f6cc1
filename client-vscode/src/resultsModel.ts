/** The list that stays: the last answer, where the user is in it, and the questions asked before. */

import * as vscode from "vscode";
import type { Result } from "./messages";

const REMEMBERED = 20;

/** Longer texts are not kept: a log of many pages is asked about once. */
const REMEMBERED_CHARS = 10_000;

const KEY = "findspot.past";

/** A question as it is remembered. */
export interface Past {
  kind: "search" | "cause";
  text: string;
}

/** Places that belong together; of an answer with one section only, its name is not shown. */
export interface Section {
  name: string;
  results: readonly Result[];
}

/** An answer as the view shows it. */
export interface Shown {
  /** What the list is about, such as the question. */
  heading: string;
  sections: readonly Section[];
  /** What to know about the answer. */
  remarks: readonly string[];
  /** Only places below this folder were asked for. */
  folder?: vscode.Uri;
  /** Ask again, only for places below a folder; absent where that makes no sense. */
  again?(folder: vscode.Uri | undefined): Promise<void>;
}

export class ResultsModel implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  private shown: Shown | undefined;
  private at = -1;

  constructor(private readonly memory: vscode.Memento) {}

  get current(): Shown | undefined {
    return this.shown;
  }

  /** All places, section by section. */
  get results(): readonly Result[] {
    return this.shown?.sections.flatMap((section) => section.results) ?? [];
  }

  /** Questions asked before, the newest first. */
  get past(): readonly Past[] {
    return this.memory.get<Past[]>(KEY, []);
  }

  show(shown: Shown, at?: Result): void {
    this.shown = shown;
    this.at = at ? this.results.indexOf(at) : -1;
    this.changed.fire();
  }

  remember(past: Past): void {
    if (past.text.length <= REMEMBERED_CHARS) {
      const others = this.past.filter((one) => one.kind !== past.kind || one.text !== past.text);
      void this.memory.update(KEY, [past, ...others].slice(0, REMEMBERED));
      this.changed.fire();
    }
  }

  forget(): void {
    void this.memory.update(KEY, undefined);
    this.changed.fire();
  }

  /** Note that the user went to a place of the list. */
  visit(result: Result): void {
    this.at = this.results.indexOf(result);
  }

  /** The place `by` steps on, round the ends; undefined when the list is empty. */
  step(by: 1 | -1): Result | undefined {
    const { results } = this;
    if (results.length === 0) {
      return undefined;
    }
    this.at = this.at < 0 && by < 0 ? results.length - 1 : (this.at + by + results.length) % results.length;
    return results[this.at];
  }

  clear(): void {
    this.shown = undefined;
    this.at = -1;
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
  }
}
