/** What the tests in the extension host share. */

import * as vscode from "vscode";
import type { Api } from "../../src/extension";
import type { ServerStatus } from "../../src/messages";

export async function api(): Promise<Api> {
  const extension = vscode.extensions.getExtension<Api>("findspot.findspot");
  if (!extension) {
    throw new Error("the packaged extension is not installed");
  }
  return extension.activate();
}

/** Resolve when every folder's index agrees with its files. */
export async function indexed(): Promise<void> {
  await eventually(async () => {
    const answer = await vscode.commands.executeCommand<ServerStatus>("findspot.status", {});
    return answer.roots.length > 0 && answer.roots.every((root) => root.complete);
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
