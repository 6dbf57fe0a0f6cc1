import assert from "node:assert/strict";
import type { Workbench } from "../workbench";
import { journey } from "./journey";

const large = (workbench: Workbench) => workbench.copyLarge("findspot");

journey("the first index shows how far it is, and what it has in the end", {}, large, async (person) => {
  await person.openView();
  await person.sidebar().getByText("are being read for the first time").waitFor();
  await person.page.locator(".statusbar-item", { hasText: /Indexing findspot/ }).waitFor();
  await person.shot("indexing");
  await person.indexed();
  await person.openFile("lsp/server.py");
  await person.page.locator("#status\\.languageStatus").click();
  const hover = person.page.locator(".hover-language-status", { hasText: /Findspot.*\d+ files/ });
  await hover.waitFor();
  await person.shot("status-item");
  await hover.getByText("Details").click();
  await person
    .rows()
    .filter({ hasText: /findspot.*\d+ files/ })
    .waitFor();
  await person.shot("status");
  await person.escape();

  await person.command("Findspot: Rebuild Index");
  const question = person.dialog("Throw the index");
  await person.button(question, "Rebuild").click();
  const rebuilding = person.message("Rebuilding the index");
  await rebuilding.waitFor();
  await rebuilding.waitFor({ state: "detached", timeout: 90_000 });

  await person.command("Welcome: Open Walkthrough...");
  await person.rows().filter({ hasText: "Get started with Findspot" }).click();
  const steps = person.page.locator(".getting-started-step");
  await steps.filter({ hasText: "Have a server" }).waitFor();
  assert.equal(await steps.count(), 3);
  await steps.filter({ hasText: "Ask" }).last().click();
  await person.shot("walkthrough");
});
