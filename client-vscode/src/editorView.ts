/** What the user is looking at and working on, which the server takes into account when it orders places. */

import * as vscode from "vscode";
import type { DocumentDiagnostic, EditorDocuments } from "./messages";

const RECENT = 20;

const DIAGNOSTICS = 50;

export class EditorWatch implements vscode.Disposable {
  /** Documents edited lately, the last one first; the editor does not keep such a list. */
  private recent: string[] = [];

  private readonly listening = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
    if (document.uri.scheme === "file" && contentChanges.length > 0) {
      const uri = document.uri.toString();
      this.recent = [uri, ...this.recent.filter((one) => one !== uri)].slice(0, RECENT);
    }
  });

  view(): EditorDocuments {
    const editor = vscode.window.activeTextEditor;
    const view: EditorDocuments = { open: openFiles(), recent: this.recent, diagnostics: diagnostics() };
    if (editor?.document.uri.scheme === "file") {
      const { line, character } = editor.selection.active;
      view.active = { uri: editor.document.uri.toString(), position: { line, character } };
    }
    return view;
  }

  dispose(): void {
    this.listening.dispose();
  }
}

function openFiles(): string[] {
  const inputs = vscode.window.tabGroups.all.flatMap((group) => group.tabs.map((tab) => tab.input));
  const uris = inputs.flatMap((input) => (input instanceof vscode.TabInputText ? [input.uri] : []));
  return [...new Set(uris.filter((uri) => uri.scheme === "file").map(String))];
}

/** Errors and warnings; hints would say more about the linter than about the work. */
function diagnostics(): DocumentDiagnostic[] {
  const found: DocumentDiagnostic[] = [];
  for (const [uri, ones] of vscode.languages.getDiagnostics()) {
    for (const { severity, range, message } of ones) {
      if (uri.scheme === "file" && severity <= vscode.DiagnosticSeverity.Warning) {
        found.push({ uri: uri.toString(), range: { start: plain(range.start), end: plain(range.end) }, message });
      }
      if (found.length === DIAGNOSTICS) {
        return found;
      }
    }
  }
  return found;
}

function plain({ line, character }: vscode.Position): { line: number; character: number } {
  return { line, character };
}
