/** What the tests in the extension host share. */

import * as vscode from "vscode";
import type { Api } from "../../src/extension";
import type { Methods, Result } from "../../src/messages";

export async function api(): Promise<Api> {
  const extension = vscode.extensions.getExtension<Api>("findspot.findspot");
  if (!extension) {
    throw new Error("the packaged extension is not installed");
  }
  return extension.activate();
}

/** What the server knows; the language client offers its requests as commands. */
export async function status(): Promise<Methods["findspot/status"]["answer"]> {
  return await vscode.commands.executeCommand("findspot.status", {});
}

/** Resolve when every folder's index agrees with its files. */
export async function indexed(folders = 1): Promise<void> {
  const { server } = await api();
  await eventually(() => server().kind === "running");
  await eventually(async () => {
    const { roots } = await status();
    return roots.length === folders && roots.every((root) => root.complete);
  });
}

/** The first true value of `look`; fails when none comes. */
export async function eventually<T>(look: () => T | Promise<T>, seconds = 30): Promise<NonNullable<T>> {
  for (const end = Date.now() + 1000 * seconds; Date.now() < end; ) {
    const value = await look();
    if (value) {
      return value as NonNullable<T>;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`not within ${seconds} s: ${look}`);
}

/** Open a file of the first folder and select what `text` matches in it. */
export async function select(path: string, text: string, folder = 0): Promise<vscode.TextEditor> {
  const root = vscode.workspace.workspaceFolders?.[folder]?.uri;
  if (!root) {
    throw new Error("no folder is open");
  }
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(root, path));
  const editor = await vscode.window.showTextDocument(document);
  const at = document.getText().indexOf(text);
  if (at < 0) {
    throw new Error(`${path} does not hold ${text}`);
  }
  editor.selection = new vscode.Selection(document.positionAt(at), document.positionAt(at + text.length));
  return editor;
}

/** An editor with text that is saved nowhere. */
export async function untitled(content: string): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument({ content });
  const editor = await vscode.window.showTextDocument(document);
  editor.selection = new vscode.Selection(0, 0, document.lineCount, 0);
  return editor;
}

export function symbols(results: readonly Result[]): (string | null)[] {
  return results.map((result) => result.symbol);
}

export const run = vscode.commands.executeCommand;

/** Enter, in an open picker. */
export const accept = () => run("workbench.action.acceptSelectedQuickOpenItem");
