/** Questions whose answer goes into the results view: search, cause and related. */

import * as vscode from "vscode";
import type { EditorWatch } from "./editorView";
import type { Answer, CauseParams } from "./messages";
import type { Picker } from "./picker";
import { cause, related, search } from "./questions";
import type { Past, ResultsModel, Shown } from "./resultsModel";
import { RESULTS, type ResultsView } from "./resultsView";
import type { Server } from "./server";
import { remarks, shorten } from "./words";

export interface Parts {
  context: vscode.ExtensionContext;
  server: Server;
  editor: EditorWatch;
  results: ResultsModel;
  view: ResultsView;
  /** The picker that is open, if one is. */
  open: { picker?: Picker };
}

/** An answer to `query` as the view shows it. */
export function shownSearch(parts: Parts, query: string, answer: Answer, folder?: vscode.Uri): Shown {
  return {
    heading: `“${shorten(query, 60)}”`,
    sections: [{ name: "", results: answer.results }],
    remarks: remarks(answer.status),
    folder,
    again: (other) => searchInto(parts, query, other),
  };
}

/** Search and show the list in the view. */
export async function searchInto(parts: Parts, query: string, folder?: vscode.Uri): Promise<void> {
  const answer = await inView(() => search(parts.server, { query, folder, context: parts.editor.view() }));
  parts.results.remember({ kind: "search", text: query });
  parts.results.show(shownSearch(parts, query, answer, folder));
  await parts.view.focus();
}

/** Find what lies behind an error: the instant list first, the better one in its place. */
export async function causeInto(parts: Parts, params: CauseParams, folder?: vscode.Uri): Promise<void> {
  const text = params.text ?? params.diagnostic?.message ?? "";
  const show = (answer: Answer, more: string[]) =>
    parts.results.show({
      heading: `cause of “${shorten(text, 60)}”`,
      sections: [{ name: "", results: answer.results }],
      remarks: [...more, ...remarks(answer.status)],
      folder,
      again: (other) => causeInto(parts, params, other),
    });
  const asked: CauseParams = { context: parts.editor.view(), scope: folder ? [folder.toString()] : [], ...params };
  const first = (answer: Answer) => show(answer, ["the first list; the model reads the candidates"]);
  const answer = await inView(() => cause(parts.server, asked, first));
  if (params.text) {
    parts.results.remember({ kind: "cause", text: params.text });
  }
  show(answer, []);
  await parts.view.focus();
}

/** Show what is connected with the symbol at a place. */
export async function relatedInto(parts: Parts, uri: vscode.Uri, position: vscode.Position): Promise<void> {
  const answer = await inView(() => related(parts.server, uri, position));
  parts.results.show({
    heading: answer.symbol ? `related to ${answer.symbol.symbol ?? answer.symbol.path}` : "related",
    sections: [
      { name: "Used by", results: answer.callers },
      { name: "Uses", results: answer.callees },
      { name: "Tests", results: answer.tests },
      { name: "Similar", results: answer.neighbours },
    ],
    remarks: [...(answer.symbol ? [] : ["No definition stands here"]), ...remarks(answer.status)],
  });
  await parts.view.focus();
}

export function askAgain(parts: Parts, past: Past): Promise<void> {
  return past.kind === "search" ? searchInto(parts, past.text) : causeInto(parts, { text: past.text });
}

/** Run `work` with the view's own progress line. */
async function inView<R>(work: () => Promise<R>): Promise<R> {
  return vscode.window.withProgress({ location: { viewId: RESULTS } }, work);
}
