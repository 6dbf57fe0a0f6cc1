import assert from "node:assert/strict";
import { until } from "../person";
import { journey, ownCode } from "./journey";

const QUESTION = "how is an answer cut to a sensible length";

journey("the results view keeps a list with its reasons", {}, ownCode, async (person) => {
  await person.indexed();
  await person.find(QUESTION);
  await person.press("Alt+Enter");
  await until(async () => (await person.results().count()) > 3);
  await person.resultsHaveKeys();
  await person.press("ArrowRight");
  // Reasons and matching lines stand below a place.
  await until(async () => (await person.results().nth(1).getAttribute("aria-level")) === "2");
  await person.shot("results");
  await person.press("ArrowLeft");

  // The keys go through the places, whatever has the focus.
  await person.press("F4", "F4");
  const second = await person.results().nth(1).textContent();
  await person.page
    .locator(".part.sidebar .monaco-list-row.selected", { hasText: second?.slice(0, 8) ?? "" })
    .waitFor();
  await person.press("Shift+F4");
  await person.pressIcon("Next Result");
  await person.pressIcon("Previous Result");

  // A place opens to the side by the sign on its row, and its path is copied from its menu.
  await person.results().nth(2).hover();
  await person.results().nth(2).locator(".action-label[aria-label^='Open to the Side']").click();
  await until(async () => (await person.page.locator(".editor-group-container").count()) === 2);
  await person.menu(person.results().nth(0), "Copy Relative Path");

  // Only one folder, and all again.
  const all = await person.results().count();
  await person.pressIcon("Filter by Folder");
  await person.input().fill("core");
  await person.rows().filter({ hasText: "core" }).first().waitFor();
  await person.press("Enter");
  await person.sidebar().getByText("Only below core").waitFor();
  await person.shot("results-of-a-folder");
  await person.pressIcon("Show All Folders");
  await person.sidebar().getByText("Only below core").waitFor({ state: "detached" });
  assert.equal(await person.results().count(), all);

  // Cleared, asked again from the history, and forgotten.
  await person.pressIcon("Clear Results");
  await person.sidebar().getByText("Ask where something is").waitFor();
  const history = person.page.locator(".part.sidebar .pane", { hasText: "Asked Before" }).last();
  await history.locator(".pane-header").click();
  await history.locator(".monaco-list-row", { hasText: QUESTION.slice(0, 20) }).click();
  await until(async () => (await person.results().count()) > 3);
  await person.shot("history");
  await person.pressIcon("Clear History");
  await history.waitFor({ state: "detached" });
});

journey("what is related to a symbol", {}, ownCode, async (person) => {
  await person.indexed();
  await person.openFile("cancellation.py");
  await person.menu(
    person.page.locator(".monaco-editor .view-line", { hasText: /def.check/ }).first(),
    "Related to Symbol",
  );
  await person.result("Used by").waitFor();
  await person.shot("related");
});
