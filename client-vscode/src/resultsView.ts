/** The results view: places with their evidence below them. */

import * as vscode from "vscode";
import { iconOf } from "./icons";
import type { Evidence, Result } from "./messages";
import { uriOf } from "./places";
import type { ResultsModel, Section } from "./resultsModel";
import { bestLineText, cursorLine, likelihood, place, reason, shorten, signal, title } from "./words";

/** The view's name in the manifest. */
export const RESULTS = "findspot.results";

export type Node =
  | { section: Section }
  | { result: Result }
  | { result: Result; evidence: Evidence }
  | { result: Result; line: number };

export class ResultsView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;

  private readonly view: vscode.TreeView<Node>;
  private top: Node[] = [];
  private places = new Map<Result, { node: Node; parent: Node | undefined }>();

  constructor(private readonly model: ResultsModel) {
    this.view = vscode.window.createTreeView<Node>(RESULTS, { treeDataProvider: this, showCollapseAll: true });
    model.onDidChange(() => this.refresh());
    this.refresh();
  }

  /** Bring the view to the front, with the first place selected and under the keys. */
  async focus(): Promise<void> {
    await vscode.commands.executeCommand(`${RESULTS}.focus`);
    const [first] = this.model.results;
    const node = first && this.places.get(first)?.node;
    if (node) {
      await this.view.reveal(node, { select: true, focus: true });
    }
  }

  /** Select the place that the user went to, if the view can be seen. */
  async reveal(result: Result): Promise<void> {
    const node = this.places.get(result)?.node;
    if (node && this.view.visible) {
      await this.view.reveal(node, { select: true, focus: false });
    }
  }

  getChildren(parent?: Node): Node[] {
    if (!parent) {
      return this.top;
    }
    if ("section" in parent) {
      return parent.section.results.flatMap((result) => this.places.get(result)?.node ?? []);
    }
    const { result } = parent;
    return [
      ...result.evidence.map((evidence) => ({ result, evidence })),
      ...matchingLines(result).map((line) => ({ result, line })),
    ];
  }

  getParent(node: Node): Node | undefined {
    if ("section" in node) {
      return undefined;
    }
    const place = this.places.get(node.result);
    return "evidence" in node || "line" in node ? place?.node : place?.parent;
  }

  getTreeItem(node: Node): vscode.TreeItem {
    if ("section" in node) {
      return sectionItem(node.section);
    }
    if ("evidence" in node) {
      return evidenceItem(node.evidence);
    }
    return "line" in node ? lineItem(node.result, node.line) : placeItem(node.result);
  }

  dispose(): void {
    this.view.dispose();
    this.changed.dispose();
  }

  private refresh(): void {
    const shown = this.model.current;
    const sections = shown?.sections.filter((section) => section.results.length > 0) ?? [];
    this.places = new Map();
    this.top = [];
    for (const section of sections) {
      const parent = section.name ? { section } : undefined;
      const nodes = section.results.map((result) => ({ result }));
      for (const node of nodes) {
        this.places.set(node.result, { node, parent });
      }
      this.top.push(...(parent ? [parent] : nodes));
    }
    this.view.description = shown?.heading ?? "";
    const notes = [...(shown?.remarks ?? [])];
    if (shown?.folder) {
      notes.unshift(`Only below ${vscode.workspace.asRelativePath(shown.folder)}`);
    }
    if (shown && sections.length === 0) {
      notes.unshift("Nothing found");
    }
    this.view.message = notes.join(" · ") || undefined;
    const set = (key: string, value: boolean) => vscode.commands.executeCommand("setContext", `findspot.${key}`, value);
    void set("hasResults", shown !== undefined);
    void set("canFilter", shown?.again !== undefined);
    void set("isFiltered", shown?.folder !== undefined);
    this.changed.fire();
  }
}

function sectionItem({ name, results }: Section): vscode.TreeItem {
  const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Expanded);
  item.description = String(results.length);
  item.contextValue = "section";
  return item;
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
  near: "location",
};

function evidenceItem(evidence: Evidence): vscode.TreeItem {
  const item = new vscode.TreeItem(reason(evidence));
  item.tooltip = `${signal(evidence)}: ${reason(evidence)}`;
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
