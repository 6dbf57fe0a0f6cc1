/** *Find in Code Base*: a list that follows the typing and shows the selected place behind it. */

import * as vscode from "vscode";
import { clientSettings } from "./config";
import { iconOf } from "./icons";
import { LiveQuery, type LiveState } from "./liveQuery";
import type { Answer, Result } from "./messages";
import { open, Preview } from "./places";
import { search, tokenOf } from "./questions";
import type { ResultsModel } from "./resultsModel";
import { isCancelled, type Server } from "./server";
import { sentence, tell } from "./tell";
import { bestLineText, headline, likelihood, place, shorten, title } from "./words";

interface PlaceItem extends vscode.QuickPickItem {
  result: Result;
}

interface PastItem extends vscode.QuickPickItem {
  past: string;
}

type Item = PlaceItem | PastItem | vscode.QuickPickItem;

const BESIDE: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon("split-horizontal"),
  tooltip: "Open to the Side (Ctrl+Enter)",
};

const KEEP: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon("list-tree"),
  tooltip: "Keep in the Results View (Alt+Enter)",
};

export interface PickerOptions {
  query?: string;
  folder?: vscode.Uri;
}

/** One opening of the picker. */
export class Picker implements vscode.Disposable {
  private readonly pick = vscode.window.createQuickPick<Item>();
  private readonly preview = new Preview();
  private readonly live: LiveQuery<Answer>;
  private readonly wantsPreview: boolean;
  private opened = false;
  private ended = false;

  constructor(
    server: Server,
    private readonly results: ResultsModel,
    private readonly options: PickerOptions,
  ) {
    const settings = clientSettings();
    this.wantsPreview = settings.preview;
    this.live = new LiveQuery<Answer>(
      (query, signal) => search(server, query, options.folder, tokenOf(signal)),
      (state) => this.paint(state),
      settings.debounceMs,
    );
    const { pick } = this;
    pick.placeholder = "Where is …? A sentence, a name, a path or an error message";
    pick.title = options.folder ? `Findspot in ${vscode.workspace.asRelativePath(options.folder)}` : "Findspot";
    pick.buttons = [KEEP];
    pick.matchOnDescription = false;
    // The server's order is the right one; VS Code would put what holds the typed letters first. Not in the typings.
    (pick as { sortByLabel?: boolean }).sortByLabel = false;
    pick.onDidChangeValue((text) => this.live.type(text));
    pick.onDidChangeActive(([item]) => this.previewOf(item));
    pick.onDidAccept(() => void this.accept({ beside: false }));
    pick.onDidTriggerButton(() => this.keep());
    pick.onDidTriggerItemButton(({ item }) => void this.go(item, { beside: true }));
    pick.onDidHide(() => void this.end());
  }

  show(): void {
    void vscode.commands.executeCommand("setContext", "findspot.picker", true);
    this.paint(this.live.current);
    this.pick.show();
    if (this.options.query) {
      this.pick.value = this.options.query;
      this.live.type(this.options.query);
    }
  }

  /** Open the selected place. While the shown list answers an older text, wait for the right one and open its best. */
  async accept(how: { beside: boolean }): Promise<void> {
    const stale = this.live.stale;
    const [item] = this.pick.activeItems;
    if (stale && !(item && "past" in item)) {
      await this.live.settled();
    }
    await this.go(stale && this.live.current.text ? this.pick.items.find((one) => "result" in one) : item, how);
  }

  /** Put the list into the results view, where it stays. */
  keep(): void {
    const { shown } = this.live.current;
    if (shown && !this.live.stale) {
      this.remember();
      this.pick.hide();
      void vscode.commands.executeCommand("findspot.results.focus");
    }
  }

  dispose(): void {
    this.live.dispose();
    this.preview.dispose();
    this.pick.dispose();
  }

  private async go(item: Item | undefined, { beside }: { beside: boolean }): Promise<void> {
    if (!item || this.ended) {
      return;
    }
    if ("past" in item) {
      this.pick.value = item.past;
      this.live.type(item.past);
    } else if ("result" in item) {
      this.opened = true;
      this.remember(item.result);
      if (beside) {
        await this.preview.restore();
      }
      this.pick.hide();
      await open(item.result, { beside }).then(undefined, tell);
    }
  }

  private remember(at?: Result): void {
    const { shown } = this.live.current;
    if (shown) {
      this.results.show({ query: shown.query, answer: shown.answer, folder: this.options.folder }, at);
    }
  }

  private previewOf(item: Item | undefined): void {
    if (this.wantsPreview && item && "result" in item && !this.live.stale) {
      // A file that cannot be shown is told when it is chosen; while looking around it only has no preview.
      this.preview.show(item.result).catch(() => undefined);
    }
  }

  private paint(state: LiveState<Answer>): void {
    const { pick } = this;
    pick.busy = state.busy;
    if (!state.text) {
      pick.title = this.name();
      pick.items = this.past();
    } else if (state.error !== undefined && !isCancelled(state.error)) {
      pick.title = this.name();
      pick.items = [remark("error", sentence(state.error))];
    } else if (state.shown && !this.live.stale) {
      const { query, answer } = state.shown;
      pick.title = `${this.name()}: ${headline(query, answer.results, answer.status)}`;
      pick.items = answer.results.length > 0 ? answer.results.map(itemOf) : [remark("search", "Nothing found")];
    } else if (state.shown) {
      pick.title = `${this.name()}: searching … (below: “${shorten(state.shown.query, 60)}”)`;
    } else {
      pick.title = `${this.name()}: searching …`;
      pick.items = [];
    }
  }

  private name(): string {
    const { folder } = this.options;
    return folder ? `Findspot in ${vscode.workspace.asRelativePath(folder)}` : "Findspot";
  }

  private past(): Item[] {
    const queries = this.results.past;
    if (queries.length === 0) {
      return [];
    }
    return [
      { label: "asked before", kind: vscode.QuickPickItemKind.Separator },
      ...queries.map((past) => ({ label: past, past, iconPath: new vscode.ThemeIcon("history") })),
    ];
  }

  private async end(): Promise<void> {
    if (this.ended) {
      return;
    }
    this.ended = true;
    void vscode.commands.executeCommand("setContext", "findspot.picker", false);
    if (!this.opened) {
      await this.preview.restore().catch(() => undefined);
    }
    this.dispose();
  }
}

function itemOf(result: Result): PlaceItem {
  return {
    result,
    label: title(result),
    description: [place(result), likelihood(result), result.fresh ? "" : "has changed"].filter(Boolean).join("  ·  "),
    detail: shorten(bestLineText(result), 160),
    iconPath: iconOf(result.kind),
    alwaysShow: true,
    buttons: [BESIDE],
  };
}

function remark(icon: string, label: string): vscode.QuickPickItem {
  return { label, iconPath: new vscode.ThemeIcon(icon), alwaysShow: true };
}
