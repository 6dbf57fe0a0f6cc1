/** The extension's beginning and end. */

import * as vscode from "vscode";
import { registerAgents } from "./agents";
import { registerCommands } from "./commands";
import { EditorWatch } from "./editorView";
import { HistoryView } from "./historyView";
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
  const editor = new EditorWatch();
  context.subscriptions.push(log, results, view, new HistoryView(results), editor, new StatusItem(running));
  context.subscriptions.push(registerAgents(running, editor), followSettings(running));
  registerCommands({ context, server: running, results, view, editor, open: {} });
  // A server that is missing shows in the status item and in the view; a message comes with the first command.
  running.ensure().catch((error) => log.info(String(error)));
  return { results: () => results.results, server: () => running.state };
}

/** What decides which server is used counts as soon as it changes; the server itself asks for its own settings. */
function followSettings(running: Server): vscode.Disposable {
  const again = () => running.restart().catch((error) => running.log.info(String(error)));
  return vscode.Disposable.from(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("findspot.server.path")) {
        void again();
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(again),
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      // The first folder of an empty window; the client tells a running server of all others.
      if (running.state.kind === "idle") {
        void again();
      }
    }),
  );
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
