/** An environment with the server in it, made when the user asks for one, in the extension's own folder. */

import { execFile, spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import * as path from "node:path";
import * as vscode from "vscode";
import { executableIn } from "./bootstrap";
import { BUTTONS } from "./buttons";
import { clientSettings } from "./config";
import { ownEnvironment } from "./locate";
import type { Server } from "./server";

const WINDOWS = process.platform === "win32";

/** In this order; the newest that is there and new enough is as good as any. */
const PYTHONS = WINDOWS
  ? ["py", "python"]
  : ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];

/** Ask, make the environment, and start the server in it. */
export async function install(context: vscode.ExtensionContext, server: Server): Promise<void> {
  const python = await findPython();
  if (!python) {
    throw new Error("Python 3.11 or newer is needed and was not found on the PATH. Install it, then try again.");
  }
  const target = ownEnvironment(context).fsPath;
  const { package: wanted } = clientSettings();
  const detail = `${python} -m venv ${target}\npip install ${wanted}\n\nThis takes about 300 MB and downloads from your package index.`;
  const question = "Make a Python environment for the Findspot server?";
  if (
    (await vscode.window.showInformationMessage(question, { modal: true, detail }, BUTTONS.install)) !== BUTTONS.install
  ) {
    return;
  }
  const title = "Installing the Findspot server";
  const location = vscode.ProgressLocation.Notification;
  await vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
    await server.stop();
    await rm(target, { recursive: true, force: true });
    try {
      progress.report({ message: "making the environment" });
      await run(python, ["-m", "venv", target], token, server.log);
      const pip = [
        path.join(path.dirname(executableIn(target)), WINDOWS ? "python.exe" : "python"),
        "-m",
        "pip",
      ] as const;
      await run(
        pip[0],
        [...pip.slice(1), "install", "--disable-pip-version-check", wanted],
        token,
        server.log,
        (line) => progress.report({ message: line.slice(0, 80) }),
      );
    } catch (error) {
      // Half an environment would be found and tried at the next start.
      await rm(target, { recursive: true, force: true });
      throw error;
    }
  });
  await server.restart();
}

/** Ask, and take the environment away. */
export async function uninstall(context: vscode.ExtensionContext, server: Server): Promise<void> {
  const target = ownEnvironment(context).fsPath;
  const question = "Remove the environment that was made for the Findspot server?";
  if (
    (await vscode.window.showWarningMessage(question, { modal: true, detail: target }, BUTTONS.remove)) ===
    BUTTONS.remove
  ) {
    await server.stop();
    await rm(target, { recursive: true, force: true });
    await server.restart();
  }
}

/** The first interpreter that is new enough. */
async function findPython(): Promise<string | undefined> {
  for (const python of PYTHONS) {
    const fits = await new Promise<boolean>((resolve) => {
      const check = "import sys, venv; sys.exit(sys.version_info < (3, 11))";
      execFile(python, ["-c", check], { timeout: 20_000, windowsHide: true }, (error) => resolve(!error));
    });
    if (fits) {
      return python;
    }
  }
  return undefined;
}

/** Run a program to its end with its output in the log; a cancelled one is killed. */
function run(
  command: string,
  args: readonly string[],
  token: vscode.CancellationToken,
  log: vscode.LogOutputChannel,
  onLine: (line: string) => void = () => undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    log.info([command, ...args].join(" "));
    const child = spawn(command, args, { windowsHide: true });
    let last = "";
    const take = (data: Buffer) => {
      for (const line of data.toString().split("\n").filter(Boolean)) {
        log.info(line);
        onLine(line);
        last = line;
      }
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    const killing = token.onCancellationRequested(() => child.kill());
    child.on("error", reject);
    child.on("close", (code) => {
      killing.dispose();
      if (token.isCancellationRequested) {
        reject(new vscode.CancellationError());
      } else if (code === 0) {
        resolve();
      } else {
        reject(new Error(`The server could not be installed: ${last}`));
      }
    });
  });
}
