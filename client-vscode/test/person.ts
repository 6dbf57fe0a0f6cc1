/** What a person does in the workbench: look, click, type, and take a picture. */

import { mkdirSync } from "node:fs";
import * as path from "node:path";
import type { Locator, Page } from "playwright-core";

const SHOTS = path.resolve(__dirname, "../shots");

export class Person {
  constructor(readonly page: Page) {}

  /** Take a picture, with the mouse out of the way and what moves come to rest. */
  async shot(name: string): Promise<void> {
    mkdirSync(SHOTS, { recursive: true });
    await this.page.mouse.move(1279, 300);
    await this.page.waitForTimeout(500);
    await this.page.screenshot({ path: path.join(SHOTS, `${name}.png`) });
  }

  /** Run a command by its title in the palette. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press("F1");
    await this.input().fill(`>${title}`);
    const row = this.rows().filter({ hasText: title }).first();
    await row.waitFor();
    await row.click();
  }

  /** Type as people do: into what has the focus, a key at a time. */
  async type(text: string, delay = 40): Promise<void> {
    await this.page.keyboard.type(text, { delay });
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      await this.page.keyboard.press(key);
    }
  }

  /** Close what is open at the top. */
  async escape(): Promise<void> {
    await this.press("Escape");
    await this.input().waitFor({ state: "hidden" });
  }

  /** Open *Find in Code Base* with its key and type a question; resolves when its list is there. */
  async find(question: string): Promise<void> {
    await this.press("Control+Alt+j");
    await this.input().waitFor();
    await this.type(question);
    await this.listFor(question);
  }

  /** Resolve when the list in the picker is that of the question. */
  async listFor(question: string): Promise<void> {
    await this.title()
      .filter({ hasText: `“${question}”` })
      .filter({ hasNotText: "below" })
      .waitFor();
  }

  /** Open a file of the folder, as by Ctrl+P. */
  async openFile(name: string): Promise<void> {
    await this.command("Go to File...");
    await this.input().fill(name);
    await this.rows()
      .filter({ hasText: path.basename(name) })
      .first()
      .waitFor();
    await this.press("Enter");
    await this.tab(path.basename(name)).waitFor();
    await this.page.locator(".monaco-editor .view-line").first().click();
  }

  /** Show our views in the side bar. */
  async openView(): Promise<void> {
    const title = this.page.locator(".part.sidebar .composite.title", { hasText: "Findspot" });
    // A click on the sign of the view that is shown hides it.
    if (!(await title.isVisible())) {
      await this.page.locator(".activitybar .action-label[aria-label^='Findspot']").click();
    }
    await title.waitFor();
  }

  tab(name: string): Locator {
    return this.page.locator(".tab", { hasText: name }).first();
  }

  sidebar(): Locator {
    return this.page.locator(".part.sidebar");
  }

  /** Rows of the results view. */
  results(): Locator {
    return this.page.locator(".part.sidebar .pane", { hasText: "Results" }).first().locator(".monaco-list-row");
  }

  /** Resolve when the keys go to the results view. */
  async resultsHaveKeys(): Promise<void> {
    await this.page.locator(".part.sidebar .monaco-list:focus-within .monaco-list-row.focused").first().waitFor();
  }

  /** The first row that stands for a place called so. */
  result(name: string): Locator {
    return this.results().filter({ hasText: name }).first();
  }

  /** Rows of an open picker. */
  rows(): Locator {
    return this.page.locator(".quick-input-list .monaco-list-row");
  }

  input(): Locator {
    return this.page.locator(".quick-input-widget input.input");
  }

  title(): Locator {
    return this.page.locator(".quick-input-widget .quick-input-title");
  }

  /** A message in the corner. */
  message(text: string): Locator {
    return this.page.locator(".notification-toast", { hasText: text }).first();
  }

  /** A question that has to be answered. */
  dialog(text: string): Locator {
    return this.page.locator(".monaco-dialog-box", { hasText: text });
  }

  button(within: Locator, label: string): Locator {
    return within.locator(".monaco-button", { hasText: label }).first();
  }

  /** An icon in the title of one of our views; they show while the mouse is over the view. */
  async pressIcon(label: string): Promise<void> {
    const icon = this.page.locator(`.part.sidebar .action-label[aria-label^="${label}"]`).first();
    await icon.locator("xpath=ancestor::*[contains(@class,'pane-header') or contains(@class,'title')][1]").hover();
    await icon.click();
  }

  /** Choose from the menu that a right click opens. */
  async menu(at: Locator, label: string): Promise<void> {
    await at.click({ button: "right" });
    const item = this.page.locator(".monaco-menu .action-label", { hasText: label }).first();
    await item.click();
    // A menu takes no click in its first moment; then it is still open.
    await until(async () => {
      await item.click({ timeout: 300 }).catch(() => undefined);
      return !(await item.isVisible());
    });
  }

  /** Resolve when the folder has been read: the view offers to ask. */
  async indexed(): Promise<void> {
    await this.openView();
    await this.sidebar().getByText("Ask where something is").waitFor({ timeout: 90_000 });
  }
}

/** Resolve when `holds` does; a page has no event for everything. */
export async function until(holds: () => Promise<boolean>, seconds = 20): Promise<void> {
  for (const end = Date.now() + 1000 * seconds; Date.now() < end; ) {
    if (await holds()) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`not within ${seconds} s: ${holds}`);
}
