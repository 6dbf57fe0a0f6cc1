/** The list that stays: the last answer, where the user is in it, and the questions asked before. */

import * as vscode from "vscode";
import type { Result } from "./messages";
import type { Asked } from "./questions";

const REMEMBERED = 20;

const KEY = "findspot.past";

export class ResultsModel implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  private asked: Asked | undefined;
  private at = -1;

  constructor(private readonly memory: vscode.Memento) {}

  get current(): Asked | undefined {
    return this.asked;
  }

  get results(): readonly Result[] {
    return this.asked?.answer.results ?? [];
  }

  /** Where the user is in the list; undefined before the first. */
  get place(): Result | undefined {
    return this.results[this.at];
  }

  /** Questions asked before, the newest first. */
  get past(): readonly string[] {
    return this.memory.get<string[]>(KEY, []);
  }

  show(asked: Asked, at?: Result): void {
    this.asked = asked;
    this.at = at ? asked.answer.results.indexOf(at) : -1;
    const past = [asked.query, ...this.past.filter((one) => one !== asked.query)].slice(0, REMEMBERED);
    void this.memory.update(KEY, past);
    this.changed.fire();
  }

  /** Note that the user went to a place of the list. */
  visit(result: Result): void {
    this.at = this.results.indexOf(result);
  }

  /** The place `by` steps on, round the ends; undefined when the list is empty. */
  step(by: 1 | -1): Result | undefined {
    const { length } = this.results;
    if (length === 0) {
      return undefined;
    }
    this.at = this.at < 0 && by < 0 ? length - 1 : (this.at + by + length) % length;
    return this.place;
  }

  clear(): void {
    this.asked = undefined;
    this.at = -1;
    this.changed.fire();
  }

  forget(): void {
    void this.memory.update(KEY, []);
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
  }
}
