/** Where VS Code, the workspace and the machine may have a server: the candidates for `bootstrap`, best first. */

import { access } from "node:fs/promises";
import * as path from "node:path";
import * as vscode from "vscode";
import { type Candidate, executableBeside, executableIn, onPath } from "./bootstrap";
import { clientSettings } from "./config";

/** The environment that this extension makes on request. */
export function ownEnvironment(context: vscode.ExtensionContext): vscode.Uri {
  return vscode.Uri.joinPath(context.globalStorageUri, "server");
}

export async function candidates(context: vscode.ExtensionContext): Promise<Candidate[]> {
  const { serverPath } = clientSettings();
  const found: Candidate[] = [];
  if (serverPath) {
    found.push({ origin: "setting", command: serverPath });
  }
  // A folder that is not trusted may hold an interpreter of a stranger's making.
  if (vscode.workspace.isTrusted) {
    for (const command of await besideInterpreters()) {
      found.push({ origin: "workspace", command });
    }
  }
  for (const command of await existing(onPath(process.env.PATH))) {
    found.push({ origin: "path", command });
  }
  for (const command of await existing([executableIn(ownEnvironment(context).fsPath)])) {
    found.push({ origin: "installed", command });
  }
  return found;
}

interface PythonApi {
  environments?: { getActiveEnvironmentPath(resource?: vscode.Uri): { path: string } };
}

/** The executables beside the interpreters that the workspace uses; the Python extension is asked when it is there. */
async function besideInterpreters(): Promise<string[]> {
  const found: string[] = [];
  const python = vscode.extensions.getExtension<PythonApi>("ms-python.python");
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    if (folder.uri.scheme === "file") {
      const active = (await python?.activate())?.environments?.getActiveEnvironmentPath(folder.uri).path;
      if (active && path.isAbsolute(active)) {
        found.push(executableBeside(active), executableIn(active));
      }
      for (const name of [".venv", "venv"]) {
        found.push(executableIn(path.join(folder.uri.fsPath, name)));
      }
    }
  }
  return existing(found);
}

async function existing(files: string[]): Promise<string[]> {
  const there: string[] = [];
  for (const file of new Set(files)) {
    try {
      await access(file);
      there.push(file);
    } catch {
      // Not there; the next one may be.
    }
  }
  return there;
}
