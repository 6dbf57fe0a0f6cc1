/** The questions asked before, to ask them again. */

import * as vscode from "vscode";
import type { Past, ResultsModel } from "./resultsModel";
import { shorten } from "./words";

export class HistoryView implements vscode.TreeDataProvider<Past>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;

  private readonly view: vscode.TreeView<Past>;

  constructor(private readonly model: ResultsModel) {
    this.view = vscode.window.createTreeView<Past>("findspot.history", { treeDataProvider: this });
    model.onDidChange(() => this.refresh());
    this.refresh();
  }

  getChildren(parent?: Past): Past[] {
    return parent ? [] : [...this.model.past];
  }

  getTreeItem(past: Past): vscode.TreeItem {
    const item = new vscode.TreeItem(shorten(past.text, 100));
    item.iconPath = new vscode.ThemeIcon(past.kind === "cause" ? "bug" : "search");
    item.tooltip = past.text.slice(0, 2_000);
    item.command = { command: "findspot.askAgain", title: "Ask Again", arguments: [past] };
    return item;
  }

  dispose(): void {
    this.view.dispose();
    this.changed.dispose();
  }

  private refresh(): void {
    void vscode.commands.executeCommand("setContext", "findspot.hasHistory", this.model.past.length > 0);
    this.changed.fire();
  }
}
