/** The results view: places with their evidence below them. */

import * as vscode from "vscode";
import { iconOf } from "./icons";
import type { Evidence, Result } from "./messages";
import { uriOf } from "./places";
import type { ResultsModel } from "./resultsModel";
import { bestLineText, cursorLine, likelihood, place, reason, remarks, shorten, title } from "./words";

export type Node = { result: Result } | { result: Result; evidence: Evidence } | { result: Result; line: number };

export class ResultsView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;

  private readonly view: vscode.TreeView<Node>;
  private nodes: { result: Result }[] = [];

  constructor(private readonly model: ResultsModel) {
    this.view = vscode.window.createTreeView<Node>("findspot.results", {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    model.onDidChange(() => this.refresh());
    this.refresh();
  }

  /** Select the place that the user went to, if the view can be seen. */
  async reveal(result: Result): Promise<void> {
    const node = this.nodes.find((one) => one.result === result);
    if (node && this.view.visible) {
      await this.view.reveal(node, { select: true, focus: false });
    }
  }

  getChildren(parent?: Node): Node[] {
    if (!parent) {
      return this.nodes;
    }
    const { result } = parent;
    return [
      ...result.evidence.map((evidence) => ({ result, evidence })),
      ...matchingLines(result).map((line) => ({ result, line })),
    ];
  }

  getParent(node: Node): Node | undefined {
    return "evidence" in node || "line" in node ? this.nodes.find((one) => one.result === node.result) : undefined;
  }

  getTreeItem(node: Node): vscode.TreeItem {
    if ("evidence" in node) {
      return evidenceItem(node.evidence);
    }
    if ("line" in node) {
      return lineItem(node.result, node.line);
    }
    return placeItem(node.result);
  }

  dispose(): void {
    this.view.dispose();
    this.changed.dispose();
  }

  private refresh(): void {
    const asked = this.model.current;
    this.nodes = this.model.results.map((result) => ({ result }));
    this.view.description = asked ? `“${shorten(asked.query, 50)}”` : "";
    const notes = asked ? remarks(asked.answer.status) : [];
    if (asked?.folder) {
      notes.unshift(`Only below ${vscode.workspace.asRelativePath(asked.folder)}`);
    }
    if (asked && this.nodes.length === 0) {
      notes.unshift(`Nothing found for “${shorten(asked.query, 80)}”`);
    }
    this.view.message = notes.join(" · ") || undefined;
    this.view.badge = undefined;
    void vscode.commands.executeCommand("setContext", "findspot.hasResults", asked !== undefined);
    void vscode.commands.executeCommand("setContext", "findspot.isFiltered", asked?.folder !== undefined);
    this.changed.fire();
  }
}

function matchingLines(result: Result): number[] {
  return result.matches.filter((line) => lineText(result, line) !== "").slice(0, 5);
}

function lineText(result: Result, line: number): string {
  const lines = result.text?.split(/\r\n|\n|\r/) ?? [];
  return (lines[line - result.range.start.line] ?? "").trim();
}

function placeItem(result: Result): vscode.TreeItem {
  const item = new vscode.TreeItem(title(result), vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `${result.rank} ${result.uri}#${result.range.start.line}`;
  item.description = [likelihood(result), place(result), result.fresh ? "" : "has changed"].filter(Boolean).join("  ");
  item.iconPath = iconOf(result.kind);
  item.contextValue = "place";
  item.tooltip = tooltip(result);
  item.accessibilityInformation = { label: `${result.rank}. ${title(result)}, ${result.kind}, ${place(result)}` };
  item.command = { command: "findspot.openResult", title: "Open", arguments: [result] };
  return item;
}

function tooltip(result: Result): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendMarkdown("**").appendText(title(result)).appendMarkdown("**  \n");
  text.appendText(`${result.kind} · ${place(result)}`);
  const known = likelihood(result);
  if (known) {
    text.appendMarkdown("  \n").appendText(`${known} likely the right place`);
  }
  if (!result.fresh) {
    text.appendMarkdown("  \n").appendText("The file has changed since it was read; lines may be off.");
  }
  text.appendMarkdown("\n\n");
  for (const evidence of result.evidence) {
    text.appendMarkdown("- ").appendText(reason(evidence)).appendMarkdown("\n");
  }
  const line = bestLineText(result);
  return line ? text.appendCodeblock(shorten(line, 200), "text") : text;
}

const EVIDENCE_ICONS: Readonly<Record<string, string>> = {
  lexical: "whole-word",
  dense: "lightbulb",
  mention: "mention",
  graph: "type-hierarchy",
  history: "git-commit",
  prior: "symbol-ruler",
  model: "sparkle",
  nearby: "location",
};

function evidenceItem(evidence: Evidence): vscode.TreeItem {
  const item = new vscode.TreeItem(reason(evidence));
  item.iconPath = new vscode.ThemeIcon(EVIDENCE_ICONS[evidence.kind] ?? "info");
  return item;
}

function lineItem(result: Result, line: number): vscode.TreeItem {
  const item = new vscode.TreeItem(shorten(lineText(result, line), 120));
  item.description = `line ${line + 1}`;
  item.iconPath = new vscode.ThemeIcon(line === cursorLine(result) ? "arrow-small-right" : "blank");
  item.command = {
    command: "vscode.open",
    title: "Open",
    arguments: [uriOf(result), { selection: new vscode.Range(line, 0, line, 0) }],
  };
  return item;
}
