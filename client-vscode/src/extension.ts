/** The extension's beginning and end. */

import * as vscode from "vscode";
import { registerCommands } from "./commands";
import type { Result } from "./messages";
import { ResultsModel } from "./resultsModel";
import { ResultsView } from "./resultsView";
import { Server, type ServerState } from "./server";
import { StatusItem } from "./statusItem";

/** What other extensions, and the tests, may look at. */
export interface Api {
  /** The list in the results view, best first. */
  results(): readonly Result[];
  server(): ServerState;
}

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): Api {
  const log = vscode.window.createOutputChannel("Findspot", { log: true });
  const running = new Server(context, log);
  server = running;
  const results = new ResultsModel(context.workspaceState);
  const view = new ResultsView(results);
  context.subscriptions.push(log, results, view, new StatusItem(running));
  registerCommands({ context, server: running, results, view });
  // A server that is missing shows in the status item and in the view; a message comes with the first command.
  running.ensure().catch((error) => log.info(String(error)));
  return { results: () => results.results, server: () => running.state };
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
