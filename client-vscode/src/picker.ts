/** *Find in Code Base*: a list that follows the typing and shows the selected place behind it. */

import * as vscode from "vscode";
import { BUTTONS } from "./buttons";
import { type ClientSettings, clientSettings } from "./config";
import { type Parts, shownSearch } from "./errands";
import { iconOf } from "./icons";
import { LiveQuery, type LiveState } from "./liveQuery";
import type { Answer, Result } from "./messages";
import { open, Preview } from "./places";
import { localize, search, tokenOf } from "./questions";
import { isCancelled } from "./server";
import { sentence, tell } from "./tell";
import { bestLineText, headline, likelihood, place, shorten, shortPlace, title } from "./words";

interface PlaceItem extends vscode.QuickPickItem {
  result: Result;
}

interface PastItem extends vscode.QuickPickItem {
  past: string;
}

type Item = PlaceItem | PastItem | vscode.QuickPickItem;

const MAC = process.platform === "darwin";

const BESIDE: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon("split-horizontal"),
  tooltip: `${BUTTONS.beside} (${MAC ? "⌘" : "Ctrl+"}Enter)`,
};

const KEEP: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon("list-tree"),
  tooltip: `${BUTTONS.keep} (${MAC ? "⌥" : "Alt+"}Enter)`,
};

/** As much of a path as a row has room for, beside a name. */
const PLACE_CHARS = 48;

/** After so many milliseconds without a keystroke the model is asked for a better order. */
const REST_MS = 400;

export interface PickerOptions {
  query?: string;
  folder?: vscode.Uri;
}

/** One opening of the picker. */
export class Picker {
  private readonly pick = vscode.window.createQuickPick<Item>();
  private readonly preview = new Preview();
  private readonly live: LiveQuery<Answer>;
  private readonly settings: ClientSettings;
  private opened = false;
  private ended: Promise<void> | undefined;

  constructor(
    private readonly parts: Parts,
    private readonly options: PickerOptions,
  ) {
    const settings = clientSettings();
    this.settings = settings;
    // As it is now: what is previewed later is not what the user works on.
    const question = { folder: options.folder, picker: crypto.randomUUID(), context: parts.editor.view() };
    this.live = new LiveQuery<Answer>(
      (query, signal) => search(parts.server, { ...question, query }, tokenOf(signal)),
      (query, signal) => localize(parts.server, { ...question, query }, tokenOf(signal)),
      (state) => this.paint(state),
      { debounceMs: settings.debounceMs, restMs: settings.refine ? REST_MS : undefined },
    );
    const { pick } = this;
    pick.placeholder = "Where is …? A sentence, a name, a path or an error message";
    pick.buttons = [KEEP];
    pick.matchOnDescription = false;
    // The server's order is the right one; VS Code would put what holds the typed letters first. Not in the typings.
    (pick as { sortByLabel?: boolean }).sortByLabel = false;
    pick.onDidChangeValue((text) => this.live.type(text));
    pick.onDidChangeActive(([item]) => this.previewOf(item));
    pick.onDidAccept(() => void this.accept({ beside: false }));
    pick.onDidTriggerButton(() => void this.keep());
    pick.onDidTriggerItemButton(({ item }) => void this.go(item, { beside: true }));
    pick.onDidHide(() => void this.close());
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
  async keep(): Promise<void> {
    const { shown } = this.live.current;
    if (shown && !this.live.stale) {
      this.remember();
      this.pick.hide();
      await this.close();
      await this.parts.view.focus();
    }
  }

  /** Close it; resolves when the editor is as it was before. */
  close(): Promise<void> {
    this.ended ??= this.end();
    return this.ended;
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
      const { results } = this.parts;
      results.remember({ kind: "search", text: shown.query });
      results.show(shownSearch(this.parts, shown.query, shown.answer, this.options.folder), at);
    }
  }

  private previewOf(item: Item | undefined): void {
    if (this.settings.preview && item && "result" in item && !this.live.stale) {
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
      this.list(answer.results);
    } else if (state.shown) {
      pick.title = `${this.name()}: searching … (below: “${shorten(state.shown.query, 60)}”)`;
    } else {
      pick.title = `${this.name()}: searching …`;
      pick.items = [];
    }
  }

  /** Show places; one that was selected stays so when a better list takes the place of the first. */
  private list(results: readonly Result[]): void {
    const { pick } = this;
    const [before] = pick.activeItems;
    pick.items = results.length > 0 ? results.map(itemOf) : [remark("search", "Nothing found")];
    const kept = before && pick.items.find((item) => isSame(item, before));
    if (kept && this.live.current.better) {
      pick.activeItems = [kept];
    }
  }

  private name(): string {
    const { folder } = this.options;
    return folder ? `Findspot in ${vscode.workspace.asRelativePath(folder)}` : "Findspot";
  }

  private past(): Item[] {
    const queries = this.parts.results.past.filter((one) => one.kind === "search").map((one) => one.text);
    if (queries.length === 0) {
      return [];
    }
    return [
      { label: "asked before", kind: vscode.QuickPickItemKind.Separator },
      ...queries.map((past) => ({ label: past, past, iconPath: new vscode.ThemeIcon("history") })),
    ];
  }

  private async end(): Promise<void> {
    void vscode.commands.executeCommand("setContext", "findspot.picker", false);
    this.live.dispose();
    if (!this.opened) {
      await this.preview.restore().catch(() => undefined);
    }
    this.preview.dispose();
    this.pick.dispose();
  }
}

function itemOf(result: Result): PlaceItem {
  return {
    result,
    label: title(result),
    description: [shortPlace(result, PLACE_CHARS), likelihood(result), result.fresh ? "" : "has changed"]
      .filter(Boolean)
      .join("  ·  "),
    detail: shorten(bestLineText(result), 160),
    iconPath: iconOf(result.kind),
    alwaysShow: true,
    buttons: [BESIDE],
  };
}

function isSame(one: Item, other: Item): boolean {
  return "result" in one && "result" in other && place(one.result) === place(other.result);
}

function remark(icon: string, label: string): vscode.QuickPickItem {
  return { label, iconPath: new vscode.ThemeIcon(icon), alwaysShow: true };
}
