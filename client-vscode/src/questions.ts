/** The questions that can be put to the server, typed by the messages it declares. */

import * as vscode from "vscode";
import type { Answer, CauseParams, Context, EditorDocuments, Related, ServerStatus } from "./messages";
import type { Server } from "./server";

type Token = vscode.CancellationToken;

export interface Question {
  query: string;
  /** Only places below this folder. */
  folder?: vscode.Uri;
  /** Names a list that is typed into; its newer question ends the older. */
  picker?: string;
  /** What the editor shows. */
  context: EditorDocuments;
}

/** The hybrid list. */
export function search(server: Server, question: Question, token?: Token): Promise<Answer> {
  const { query, folder, picker, context } = question;
  return server.request("findspot/search", { query, picker, context, scope: scope(folder) }, token);
}

/** The list as the localization model orders it. */
export function localize(server: Server, question: Question, token?: Token): Promise<Answer> {
  const { query, folder, picker, context } = question;
  return server.request("findspot/localize", { text: query, picker, context, scope: scope(folder) }, token);
}

/** What lies behind an error; `first` gets the instant list before the better one. */
export async function cause(server: Server, params: CauseParams, first: (answer: Answer) => void): Promise<Answer> {
  const partialResultToken = crypto.randomUUID();
  await server.ensure();
  const listening = server.onPartial<Answer>(partialResultToken, first);
  try {
    return await server.request("findspot/cause", { ...params, partialResultToken });
  } finally {
    listening.dispose();
  }
}

export function related(server: Server, uri: vscode.Uri, { line, character }: vscode.Position): Promise<Related> {
  return server.request("findspot/related", { uri: uri.toString(), position: { line, character } });
}

/** The code that a question is about, as one text of at most `budgetTokens` tokens as the server counts. */
export function contextFor(
  server: Server,
  question: Omit<Question, "picker"> & { budgetTokens?: number },
  token?: Token,
): Promise<Context> {
  const { query, folder, budgetTokens: budget_tokens, context } = question;
  return server.request("findspot/context", { query, budget_tokens, context, scope: scope(folder) }, token);
}

export function status(server: Server): Promise<ServerStatus> {
  return server.request("findspot/status", {});
}

/** A token that an `AbortSignal` cancels. */
export function tokenOf(signal: AbortSignal): Token {
  const source = new vscode.CancellationTokenSource();
  signal.addEventListener("abort", () => source.cancel(), { once: true });
  return source.token;
}

function scope(folder: vscode.Uri | undefined): string[] {
  return folder ? [folder.toString()] : [];
}
