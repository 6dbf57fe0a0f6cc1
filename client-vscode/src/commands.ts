/** Every command of the extension, by its name in `package.json`. */

import * as vscode from "vscode";
import type { Result } from "./messages";
import { Picker, type PickerOptions } from "./picker";
import { open } from "./places";
import { status } from "./questions";
import type { ResultsModel } from "./resultsModel";
import type { Node, ResultsView } from "./resultsView";
import type { Server } from "./server";
import { tell } from "./tell";
import { progress, tally } from "./words";

export interface Parts {
  context: vscode.ExtensionContext;
  server: Server;
  results: ResultsModel;
  view: ResultsView;
}

type Handler = (parts: Parts, ...args: never[]) => unknown;

let picker: Picker | undefined;

/** The handlers; each may throw, and the user is told. */
export const COMMANDS: Readonly<Record<string, Handler>> = {
  "findspot.find": find,
  "findspot.openResult": openResult,
  "findspot.openResultToSide": (parts, node: Node) => openResult(parts, node.result, true),
  "findspot.nextResult": (parts) => step(parts, 1),
  "findspot.previousResult": (parts) => step(parts, -1),
  "findspot.clearResults": ({ results }) => results.clear(),
  "findspot.picker.openToSide": () => picker?.accept({ beside: true }),
  "findspot.picker.keep": () => picker?.keep(),
  "findspot.rebuildIndex": rebuild,
  "findspot.showStatus": showStatus,
  "findspot.restartServer": ({ server }) => server.restart(),
  "findspot.openLog": ({ server }) => server.log.show(),
};

export function registerCommands(parts: Parts): void {
  for (const [name, handler] of Object.entries(COMMANDS)) {
    const run = async (...args: never[]) => {
      try {
        return await handler(parts, ...args);
      } catch (error) {
        await tell(error);
        return undefined;
      }
    };
    parts.context.subscriptions.push(vscode.commands.registerCommand(name, run));
  }
}

async function find({ server, results }: Parts, options: PickerOptions = {}): Promise<void> {
  await server.ensure();
  picker?.dispose();
  picker = new Picker(server, results, options);
  picker.show();
}

async function openResult({ results, view }: Parts, result: Result, beside = false): Promise<void> {
  results.visit(result);
  await open(result, { beside, preview: true });
  await view.reveal(result);
}

async function step(parts: Parts, by: 1 | -1): Promise<void> {
  const result = parts.results.step(by);
  if (result) {
    await openResult(parts, result);
  }
}

async function rebuild({ server }: Parts): Promise<void> {
  await server.ensure();
  const question = "Throw the index of the open folders away and make it anew? Searching goes on meanwhile.";
  if ((await vscode.window.showWarningMessage(question, { modal: true }, "Rebuild")) === "Rebuild") {
    await server.request("findspot/index", { rebuild: true });
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
  }));
  await vscode.window.showQuickPick(items, {
    title: `Findspot ${answer.server.version}`,
    placeHolder: "The open folders",
  });
}
