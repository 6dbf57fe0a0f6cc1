/** From a result to an editor: opening it, and showing it while a list is open. */

import * as vscode from "vscode";
import type { Result } from "./messages";
import { cursorLine } from "./words";

export function uriOf(result: Result): vscode.Uri {
  return vscode.Uri.parse(result.uri, true);
}

export function rangeOf({ range: { start, end } }: Result): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

export interface OpenOptions {
  beside?: boolean;
  preserveFocus?: boolean;
  preview?: boolean;
}

/** Open a place with the cursor on the line that matches best. */
export async function open(result: Result, options: OpenOptions = {}): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument(uriOf(result));
  // The file may have become shorter since it was read.
  const line = document.lineAt(Math.min(cursorLine(result), document.lineCount - 1));
  const cursor = new vscode.Position(line.lineNumber, line.firstNonWhitespaceCharacterIndex);
  const editor = await vscode.window.showTextDocument(document, {
    viewColumn: options.beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active,
    preserveFocus: options.preserveFocus ?? false,
    preview: options.preview ?? false,
    selection: new vscode.Range(cursor, cursor),
  });
  editor.revealRange(new vscode.Range(cursor, cursor), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  return editor;
}

/** How long the list of tabs may take to name an editor that was open, and on a busy machine one that is; how often to look. */
const TABS_MS = { hidden: 500, visible: 5000 };

const LOOK_MS = 10;

const CLOSE_TRIES = 20;

/** Shows places while a list is open, and brings the user back to where they were. */
export class Preview implements vscode.Disposable {
  private readonly mark = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor("editor.rangeHighlightBackground"),
  });
  private readonly origin = vscode.window.activeTextEditor;
  private readonly selection = this.origin?.selection;
  private readonly visible = this.origin?.visibleRanges[0];
  private readonly openBefore = new Set(textTabs().map(([uri]) => uri));
  private latest = 0;
  private isOver = false;
  private shown: vscode.TextEditor | undefined;
  /** What has been shown; those that were not open before go again. */
  private readonly seen = new Set<string>();
  private showing: Promise<unknown> = Promise.resolve();

  async show(result: Result): Promise<void> {
    // A list that is closed may still tell which place of it is the active one.
    if (this.isOver) {
      return;
    }
    this.latest += 1;
    const turn = this.latest;
    await pause(60);
    if (turn !== this.latest) {
      return;
    }
    const opening = open(result, { preserveFocus: true, preview: true });
    // One that was begun before may end after this one.
    this.showing = Promise.allSettled([this.showing, opening]);
    const editor = await opening;
    this.shown?.setDecorations(this.mark, []);
    this.shown = editor;
    this.seen.add(editor.document.uri.toString());
    if (turn === this.latest) {
      editor.setDecorations(this.mark, [rangeOf(result)]);
    }
  }

  /** Go back to the editor and the lines that were there before. */
  async restore(): Promise<void> {
    this.isOver = true;
    this.latest += 1;
    // An editor that is still on its way would come after the one that is brought back.
    await this.showing;
    const { origin, selection, visible, shown } = this;
    if (!shown) {
      return;
    }
    if (origin && selection) {
      const editor = await vscode.window.showTextDocument(origin.document, {
        viewColumn: origin.viewColumn,
        selection,
        // The keys are back where they were, or in what the user has opened meanwhile.
        preserveFocus: true,
      });
      if (visible) {
        editor.revealRange(visible, vscode.TextEditorRevealType.AtTop);
      }
    }
    await this.closeSeen(shown.document.uri.toString());
  }

  private async closeSeen(last: string): Promise<void> {
    // The list of tabs follows the editors with a delay.
    const isListed = () => textTabs().some(([uri]) => uri === last);
    const limit = () => (isVisible(last) ? TABS_MS.visible : TABS_MS.hidden);
    for (let wait = 0; wait < limit() && !isListed(); wait += LOOK_MS) {
      await pause(LOOK_MS);
    }
    for (let tries = 0; tries < CLOSE_TRIES; tries += 1) {
      const left = textTabs().filter(([uri]) => this.seen.has(uri) && !this.openBefore.has(uri));
      if (left.length === 0) {
        return;
      }
      const tabs = left.map(([, tab]) => tab);
      // A tab that has changed since it was listed is refused, and is another one in the next list.
      await vscode.window.tabGroups.close(tabs, true).then(undefined, () => undefined);
      await pause(LOOK_MS);
    }
  }

  dispose(): void {
    this.isOver = true;
    this.latest += 1;
    this.mark.dispose();
  }
}

function isVisible(uri: string): boolean {
  return vscode.window.visibleTextEditors.some((one) => one.document.uri.toString() === uri);
}

function textTabs(): [uri: string, tab: vscode.Tab][] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.flatMap((tab) => (tab.input instanceof vscode.TabInputText ? [[tab.input.uri.toString(), tab]] : []));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
