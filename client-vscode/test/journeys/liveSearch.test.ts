import assert from "node:assert/strict";
import { until } from "../person";
import { journey, ownCode, shop } from "./journey";

const QUESTION = "where are results of several roots merged";

journey("a list follows the typing, and Enter is at the code", {}, ownCode, async (person) => {
  await person.indexed();
  await person.openFile("cli/main.py");
  await person.press("Control+Alt+j");
  await person.input().waitFor();
  // The list of the first words stays, named as theirs, until that of all words is there.
  await person.type("where are results");
  await person.listFor("where are results");
  await person.type(QUESTION.slice("where are results".length));
  await person.listFor(QUESTION);
  const first = (await person.rows().first().textContent()) ?? "";
  const [, merging] = /merge.*(?:service|cli)\/(questions\.py|merging\.py)/.exec(first) ?? [];
  assert.ok(merging, first);
  await person.tab(merging).waitFor();
  // At rest the model orders the list and says how likely each place is.
  await person.rows().first().filter({ hasText: "%" }).waitFor();
  await person.shot("live-search");
  await person.press("ArrowDown", "ArrowDown");
  const [, file, line] = /([\w]+\.py):(\d+)/.exec((await person.rows().nth(2).textContent()) ?? "") ?? [];
  assert.ok(file && line);
  await person.press("Enter");
  await person.title().waitFor({ state: "hidden" });
  await person.tab(file).waitFor();
  await person.page.locator(".statusbar-item", { hasText: `Ln ${line},` }).waitFor();
});

journey("buttons and keys of the list", { user: { "findspot.symbolPicker": "find" } }, shop, async (person) => {
  await person.indexed();
  await person.openFile("tests/test_cart.py");

  // The sign on a row opens it to the side.
  await person.find("where is a declined card tried again");
  await person.rows().first().hover();
  await person.rows().first().locator(".action-label[aria-label^='Open to the Side']").click();
  await until(async () => (await person.page.locator(".editor-group-container").count()) === 2);
  await person.tab("checkout.py").waitFor();

  // The sign in the title keeps the list.
  await person.find("price");
  await person.page.locator(".quick-input-titlebar .action-label[aria-label^='Keep in the Results View']").click();
  await person.result("apply_discount").waitFor();
  await person.resultsHaveKeys();

  // What was asked before is offered, and asked again by Enter.
  await person.press("Control+Alt+j");
  await person.rows().filter({ hasText: "where is a declined card tried again" }).first().waitFor();
  await person.shot("asked-before");
  await person.rows().filter({ hasText: "where is a declined card tried again" }).first().click();
  await person.listFor("where is a declined card tried again");
  await person.escape();

  // Where the user wants it so, the key of the symbol picker opens it.
  await person.press("Control+t");
  await person.input().waitFor();
  await person.type("where is a rebate taken off");
  await person.listFor("where is a rebate taken off");
  await person.escape();

  // A name that nothing has is said to be so.
  await person.find("NoSuchNameAnywhere");
  await person.shot("no-such-name");
  assert.match((await person.title().textContent()) ?? "", /called|similar|Nothing/);
});
