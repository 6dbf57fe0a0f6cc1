/** The language status item: whether the server is there, how far the index is, what was left out. */

import * as vscode from "vscode";
import type { IndexStatus, ServerStatus } from "./messages";
import { status } from "./questions";
import type { Server, ServerState } from "./server";
import { progress, tally } from "./words";

const WHILE_BUSY_MS = 1_000;

const AFTER_A_CHANGE_MS = 1_500;

export class StatusItem implements vscode.Disposable {
  private readonly item = vscode.languages.createLanguageStatusItem("findspot.status", [
    { scheme: "file" },
    { scheme: "untitled" },
  ]);
  private readonly disposables: vscode.Disposable[] = [this.item];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly server: Server) {
    this.item.name = "Findspot";
    this.item.command = { command: "findspot.showStatus", title: "Details" };
    this.disposables.push(
      server.onDidChange((state) => this.follow(state)),
      vscode.workspace.onDidSaveTextDocument(() => this.soon(AFTER_A_CHANGE_MS)),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.soon(AFTER_A_CHANGE_MS)),
      vscode.window.onDidChangeWindowState(({ focused }) => focused && this.soon(0)),
    );
    this.follow(server.state);
  }

  dispose(): void {
    clearTimeout(this.timer);
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private follow(state: ServerState): void {
    const [text, severity, busy] = describe(state);
    this.show(text, "", severity, busy);
    if (state.kind === "running") {
      this.soon(0);
    }
  }

  private soon(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), milliseconds);
  }

  private async look(): Promise<void> {
    if (this.server.state.kind !== "running") {
      return;
    }
    let answer: ServerStatus;
    try {
      answer = await status(this.server);
    } catch {
      // What is wrong with the server shows in its state, which comes by itself.
      return;
    }
    const { roots } = answer;
    const failed = roots.find((root) => root.state === "failed");
    const busy = roots.filter((root) => root.state === "indexing" || root.state === "empty");
    const behind = roots.some((root) => !root.complete);
    const severity = vscode.LanguageStatusSeverity;
    if (failed) {
      this.show("Findspot: an index cannot be read", progress(failed), severity.Error, false);
    } else if (busy.length > 0) {
      this.show("Findspot: indexing", busy.map(progress).join(", "), severity.Information, true);
    } else {
      const level = behind ? severity.Warning : severity.Information;
      this.show(
        "Findspot",
        [roots.map(progress).join(", "), problems(roots)].filter(Boolean).join(" · "),
        level,
        false,
      );
    }
    void vscode.commands.executeCommand("setContext", "findspot.index", busy.length > 0 ? "indexing" : "ready");
    if (busy.length > 0 || behind) {
      this.soon(WHILE_BUSY_MS);
    }
  }

  private show(text: string, detail: string, severity: vscode.LanguageStatusSeverity, busy: boolean): void {
    this.item.text = text;
    this.item.detail = detail;
    this.item.severity = severity;
    this.item.busy = busy;
  }
}

function describe(state: ServerState): [string, vscode.LanguageStatusSeverity, boolean] {
  const severity = vscode.LanguageStatusSeverity;
  switch (state.kind) {
    case "starting":
      return ["Findspot: starting", severity.Information, true];
    case "restarting":
      return [`Findspot: the server has stopped, start ${state.attempt} of 5`, severity.Warning, true];
    case "missing":
      return ["Findspot: no server found", severity.Error, false];
    case "failed":
      return ["Findspot: the server has stopped", severity.Error, false];
    case "running":
      return ["Findspot", severity.Information, false];
    case "idle":
      return ["Findspot: not started", severity.Information, false];
  }
}

/** What could not be read as it should, over all roots. */
function problems(roots: readonly IndexStatus[]): string {
  const all: Record<string, number> = {};
  for (const root of roots) {
    for (const [kind, number] of Object.entries(root.problems)) {
      all[kind] = (all[kind] ?? 0) + number;
    }
  }
  return tally(all);
}
