/** Every command of the extension, by its name in `package.json`. */

import * as vscode from "vscode";
import { BUTTONS } from "./buttons";
import { install, uninstall } from "./environment";
import { askAgain, causeInto, type Parts, relatedInto } from "./errands";
import type { CauseParams, Result } from "./messages";
import { Picker, type PickerOptions } from "./picker";
import { open, uriOf } from "./places";
import { contextFor, status } from "./questions";
import type { Node } from "./resultsView";
import {
  cursor,
  type FailedTest,
  messageOfTest,
  NothingToAsk,
  selectionInEditor,
  selectionInTerminal,
  textInClipboard,
} from "./selections";
import { sentence, tell } from "./tell";
import { count, progress, tally } from "./words";

/** The command behind the server's code actions; its one argument is the parameters of `findspot/cause`. */
export const FIND_CAUSE = "findspot.findCause";

type Handler = (parts: Parts, ...args: never[]) => unknown;

/** The handlers; each may throw, and the user is told. */
export const COMMANDS: Readonly<Record<string, Handler>> = {
  "findspot.find": find,
  "findspot.findInFolder": (parts, folder: vscode.Uri) => find(parts, { folder }),
  "findspot.findCauseOfSelection": (parts) => causeInto(parts, selectionInEditor()),
  "findspot.findCauseOfTerminalSelection": async (parts) => causeInto(parts, await selectionInTerminal()),
  "findspot.findCauseInClipboard": async (parts) => causeInto(parts, await textInClipboard()),
  "findspot.findCauseOfTest": (parts, failed?: FailedTest) => causeInto(parts, messageOfTest(failed)),
  [FIND_CAUSE]: (parts, params: CauseParams) => causeInto(parts, params),
  "findspot.findRelated": (parts) => {
    const { uri, position } = cursor();
    return relatedInto(parts, uri, position);
  },
  "findspot.copyContext": copyContext,
  "findspot.askAgain": askAgain,
  "findspot.clearHistory": ({ results }) => results.forget(),
  "findspot.openResult": openResult,
  "findspot.openResultToSide": (parts, node: Node) => "result" in node && openResult(parts, node.result, true),
  "findspot.copyResultPath": (_, node: Node) => "result" in node && vscode.env.clipboard.writeText(pathOf(node.result)),
  "findspot.nextResult": (parts) => step(parts, 1),
  "findspot.previousResult": (parts) => step(parts, -1),
  "findspot.filterResults": filter,
  "findspot.clearFilter": ({ results }) => results.current?.again?.(undefined),
  "findspot.clearResults": ({ results }) => results.clear(),
  "findspot.picker.openToSide": ({ open }) => open.picker?.accept({ beside: true }),
  "findspot.picker.keep": ({ open }) => open.picker?.keep(),
  "findspot.rebuildIndex": rebuild,
  "findspot.showStatus": showStatus,
  "findspot.restartServer": ({ server }) => server.restart(),
  "findspot.openLog": ({ server }) => server.log.show(),
  "findspot.installServer": ({ context, server }) => install(context, server),
  "findspot.removeServer": ({ context, server }) => uninstall(context, server),
};

export function registerCommands(parts: Parts): void {
  for (const [name, handler] of Object.entries(COMMANDS)) {
    const run = async (...args: never[]) => {
      try {
        return await handler(parts, ...args);
      } catch (error) {
        parts.server.log.warn(`${name}: ${sentence(error)}`);
        // Not waited for: a message stands until somebody presses a button.
        void tell(error);
        return undefined;
      }
    };
    parts.context.subscriptions.push(vscode.commands.registerCommand(name, run));
  }
}

async function find(parts: Parts, options: PickerOptions = {}): Promise<void> {
  await parts.server.ensure();
  // What the former one brings back to the front would take the keys from the new one.
  await parts.open.picker?.close();
  parts.open.picker = new Picker(parts, options);
  parts.open.picker.show();
}

async function copyContext(parts: Parts): Promise<void> {
  await parts.server.ensure();
  const editor = vscode.window.activeTextEditor;
  const selected = editor?.document.getText(editor.selection).trim();
  const query =
    selected ||
    (await vscode.window.showInputBox({
      title: "Copy Context for an Agent",
      prompt: "What is the agent to work on? The code that this is about is copied as Markdown.",
      placeHolder: "A task, a question, an error message",
    }));
  if (!query?.trim()) {
    return;
  }
  const title = "Findspot: looking for the code";
  const { text, results } = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
    contextFor(parts.server, { query, context: parts.editor.view() }),
  );
  await vscode.env.clipboard.writeText(text);
  const copied = `Copied ${count(results.length, "place")} as Markdown (${count(text.length, "character")}).`;
  void vscode.window.showInformationMessage(copied);
}

async function openResult({ results, view }: Parts, result: Result, beside = false): Promise<void> {
  results.visit(result);
  await open(result, { beside, preview: true });
  await view.reveal(result);
}

async function step(parts: Parts, by: 1 | -1): Promise<void> {
  const result = parts.results.step(by);
  if (!result) {
    throw new NothingToAsk("There are no results to go through. Find something first.");
  }
  await openResult(parts, result);
}

function pathOf(result: Result): string {
  return vscode.workspace.asRelativePath(uriOf(result));
}

/** Ask again, only for places below a folder of those that are listed. */
async function filter({ results }: Parts): Promise<void> {
  const { current } = results;
  if (!current?.again) {
    throw new NothingToAsk("This list cannot be asked for anew.");
  }
  const folders = new Map<string, vscode.Uri>();
  for (const result of results.results) {
    const root = vscode.Uri.parse(result.root);
    for (let at = result.path.lastIndexOf("/"); at > 0; at = result.path.lastIndexOf("/", at - 1)) {
      const uri = vscode.Uri.joinPath(root, result.path.slice(0, at));
      folders.set(vscode.workspace.asRelativePath(uri), uri);
    }
  }
  const items = [...folders].sort(([one], [other]) => one.localeCompare(other)).map(([label, uri]) => ({ label, uri }));
  const chosen = await vscode.window.showQuickPick(items, { title: "Only places below", placeHolder: "A folder" });
  if (chosen) {
    await current.again(chosen.uri);
  }
}

async function rebuild({ server }: Parts): Promise<void> {
  await server.ensure();
  const question = "Throw the index of the open folders away and make it anew?";
  const detail = "Your files are read again. Until that is done, answers say that they are incomplete.";
  if (
    (await vscode.window.showWarningMessage(question, { modal: true, detail }, BUTTONS.rebuild)) === BUTTONS.rebuild
  ) {
    const location = vscode.ProgressLocation.Notification;
    const options = { location, title: "Rebuilding the index", cancellable: true };
    await vscode.window.withProgress(options, async (progress, token) => {
      const workDoneToken = crypto.randomUUID();
      const listening = server.onProgress(workDoneToken, (message) => progress.report({ message }));
      try {
        await server.request("findspot/index", { rebuild: true, workDoneToken }, token);
      } finally {
        listening.dispose();
      }
    });
  }
}

async function showStatus({ server }: Parts): Promise<void> {
  const answer = await status(server);
  const items: vscode.QuickPickItem[] = answer.roots.map((root) => ({
    label: vscode.Uri.parse(root.root).path.split("/").at(-1) ?? root.root,
    description: progress(root),
    detail: [tally(root.problems), tally(root.skipped) && `left out: ${tally(root.skipped)}`]
      .filter(Boolean)
      .join(" · "),
    iconPath: new vscode.ThemeIcon(root.complete ? "check" : root.state === "failed" ? "error" : "sync"),
  }));
  const title = `Findspot ${answer.server.version}`;
  await vscode.window.showQuickPick(items, { title, placeHolder: "The open folders and their indexes" });
}
