/** Where a text to ask about comes from: a selection, a terminal, the clipboard, a failed test. */

import * as vscode from "vscode";
import type { CauseParams } from "./messages";

/** The user has to do something first; the message says what. */
export class NothingToAsk extends Error {}

export function selectionInEditor(): CauseParams {
  const editor = vscode.window.activeTextEditor;
  const text = editor?.document.getText(editor.selection).trim();
  if (!editor || !text) {
    throw new NothingToAsk("Select an error message, a stack trace or a report first.");
  }
  const { uri } = editor.document;
  return uri.scheme === "file" && vscode.workspace.getWorkspaceFolder(uri) ? { text, uri: uri.toString() } : { text };
}

/** What is selected in the terminal. There is no way to read it but the clipboard, which gets back what it held. */
export async function selectionInTerminal(): Promise<CauseParams> {
  const { clipboard } = vscode.env;
  const before = await clipboard.readText();
  await clipboard.writeText("");
  let text: string;
  try {
    await vscode.commands.executeCommand("workbench.action.terminal.copySelection");
    text = (await clipboard.readText()).trim();
  } finally {
    await clipboard.writeText(before);
  }
  if (!text) {
    throw new NothingToAsk("Select an error message or a stack trace in the terminal first.");
  }
  return { text };
}

export async function textInClipboard(): Promise<CauseParams> {
  const text = (await vscode.env.clipboard.readText()).trim();
  if (!text) {
    throw new NothingToAsk("The clipboard holds no text. Copy an error message or a stack trace first.");
  }
  return { text };
}

/** What VS Code hands over when a message of a failed test is clicked. */
export interface FailedTest {
  message: Pick<vscode.TestMessage, "message" | "actualOutput" | "expectedOutput" | "location" | "stackTrace">;
}

export function messageOfTest(failed: FailedTest | undefined): CauseParams {
  if (!failed?.message) {
    throw new NothingToAsk("Choose this on the message of a failed test.");
  }
  const { message, expectedOutput, actualOutput, stackTrace } = failed.message;
  const lines = [typeof message === "string" ? message : message.value];
  if (expectedOutput !== undefined && actualOutput !== undefined) {
    lines.push(`expected: ${expectedOutput}`, `actual: ${actualOutput}`);
  }
  for (const { label, uri, position } of stackTrace ?? []) {
    lines.push(`  at ${label}${uri ? ` (${uri.fsPath}${position ? `:${position.line + 1}` : ""})` : ""}`);
  }
  return { text: lines.join("\n") };
}

/** The file and place of the cursor. */
export function cursor(): { uri: vscode.Uri; position: vscode.Position } {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.uri.scheme !== "file") {
    throw new NothingToAsk("Put the cursor on a symbol in a saved file first.");
  }
  const { uri } = editor.document;
  if (!vscode.workspace.getWorkspaceFolder(uri)) {
    throw new OutsideFolders(uri);
  }
  return { uri, position: editor.selection.active };
}

/** A file that belongs to none of the open folders. */
export class OutsideFolders extends Error {
  constructor(readonly uri: vscode.Uri) {
    super(`${uri.path.split("/").at(-1)} lies outside of the open folders, which are all that Findspot reads.`);
  }
}
