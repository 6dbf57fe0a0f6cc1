/** The questions that can be put to the server, one function each. */

import * as vscode from "vscode";
import type { Answer, ServerStatus } from "./messages";
import type { Server } from "./server";

/** A question with its answer, as lists show it. */
export interface Asked {
  /** What the list is headed with and remembered under. */
  query: string;
  answer: Answer;
  /** Only places below this folder were asked for. */
  folder?: vscode.Uri;
}

export async function search(
  server: Server,
  query: string,
  folder?: vscode.Uri,
  token?: vscode.CancellationToken,
): Promise<Answer> {
  return server.request<Answer>("findspot/search", { query, scope: folder ? [folder.toString()] : [] }, token);
}

export function status(server: Server): Promise<ServerStatus> {
  return server.request<ServerStatus>("findspot/status", {});
}

/** A token that an `AbortSignal` cancels. */
export function tokenOf(signal: AbortSignal): vscode.CancellationToken {
  const source = new vscode.CancellationTokenSource();
  signal.addEventListener("abort", () => source.cancel(), { once: true });
  return source.token;
}
