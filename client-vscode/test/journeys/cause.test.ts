import { writeFileSync } from "node:fs";
import * as path from "node:path";
import { journey } from "./journey";

const TRACE = `Traceback (most recent call last):
  File "shop/checkout.py", line 22, in pay
    if card.charge(self.total()):
  File "shop/checkout.py", line 16, in total
    return apply_discount(total, self.coupon.percent) if self.coupon else total
AttributeError: 'str' object has no attribute 'percent'
`;

journey(
  "from a trace in an editor and in a terminal to its cause",
  {},
  (workbench) => {
    const folder = workbench.copy("shop");
    writeFileSync(path.join(folder, "crash.log"), TRACE);
    writeFileSync(path.join(folder, "endless.log"), TRACE.repeat(1_000));
    return folder;
  },
  async (person) => {
    await person.indexed();
    await person.openFile("crash.log");
    await person.press("Control+a");
    await person.menu(person.page.locator(".monaco-editor .view-line").nth(2), "Find Cause of Selection");
    await person.result("Checkout.total").waitFor();
    await person.shot("cause");

    // More than the server takes is an error that says so.
    await person.openFile("endless.log");
    await person.press("Control+a");
    await person.command("Findspot: Find Cause of Selection");
    const message = person.message("200,000");
    await message.waitFor();
    await person.button(message, "Open Log").click();
    await person.page.locator(".part.panel .view-line", { hasText: "findCauseOfSelection" }).first().waitFor();
    await person.openFile("crash.log");

    await person.command("Terminal: Create New Terminal");
    await person.page
      .locator(".terminal-wrapper .xterm-cursor-layer, .terminal-wrapper .xterm-screen")
      .first()
      .waitFor();
    await person.page.waitForTimeout(1_500);
    await person.type("clear; cat crash.log\n", 10);
    await person.page.waitForTimeout(1_000);
    await person.command("Findspot: Clear Results");
    await person.command("Terminal: Select All");
    await person.command("Findspot: Find Cause of Terminal Selection");
    await person.result("Checkout.total").waitFor();
    await person.shot("cause-in-terminal");
  },
);
