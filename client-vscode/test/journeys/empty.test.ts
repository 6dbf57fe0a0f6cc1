import assert from "node:assert/strict";
import { journey } from "./journey";

const NO_FOLDER = "Findspot searches the folders that are open";

journey(
  "an empty window says what to do",
  {},
  () => undefined,
  async (person) => {
    await person.openView();
    await person.sidebar().getByText(NO_FOLDER).waitFor();
    await person.shot("empty");
    await person.command("Findspot: Find in Code Base");
    const message = person.message(NO_FOLDER);
    await message.waitFor();
    await person.button(message, "Open Folder").click();
    await person.input().waitFor();
    assert.match((await person.title().textContent()) ?? "", /Open Folder/);
    await person.escape();
    await person.command("Create: New File...");
    await person.rows().filter({ hasText: "Text File" }).first().click();
    await person.page.locator(".monaco-editor .view-line").first().click();
    await person.type("ValueError: no such coupon");
    await person.press("Control+a");
    await person.command("Findspot: Find Cause of Selection");
    await person.message(NO_FOLDER).waitFor();
  },
);
