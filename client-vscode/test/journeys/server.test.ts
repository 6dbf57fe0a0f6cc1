/** A machine without a server, from the message to an environment that is made and removed again. */

import assert from "node:assert/strict";
import { dyingServer } from "../workbench";
import { journey, shop } from "./journey";

// Neither the setting nor the PATH has a server; only Python is there.
const NOTHING = {
  machine: { "findspot.server.package": process.env.E2E_WHEEL ?? "" },
  env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
};

journey("a missing server is told, made on request, and removed", NOTHING, shop, async (person) => {
  await person.openView();
  await person.sidebar().getByText("The Findspot server was not found").waitFor();
  await person.shot("no-server");
  await person.command("Findspot: Find in Code Base");
  const message = person.message("server was not found");
  await message.waitFor();
  await person.button(message, "Install…").click();
  const question = person.dialog("Make a Python environment");
  await question.waitFor();
  assert.match((await question.textContent()) ?? "", /pip install/);
  await person.shot("install");
  await person.button(question, "Install").click();
  await person.message("Installing the Findspot server").waitFor();
  await person.sidebar().getByText("Ask where something is").waitFor({ timeout: 200_000 });
  await person.find("where is the price lowered by a rebate");
  await person.escape();

  await person.command("Findspot: Remove the Installed Server…");
  await person.button(person.dialog("Remove the environment"), "Remove").click();
  await person.sidebar().getByText("The Findspot server was not found").waitFor();
});

journey(
  "a server that cannot be used is told with what was tried, and the log opens",
  { machine: { "findspot.server.path": "/bin/false" } },
  shop,
  async (person) => {
    await person.command("Findspot: Find in Code Base");
    await person.message("the setting findspot.server.path: /bin/false does not start").waitFor();
    await person.shot("server-that-fails");
    await person.command("Findspot: Open Log");
    await person.page.locator(".part.panel .view-line", { hasText: "/bin/false" }).first().waitFor();
  },
);

journey(
  "a server that dies again and again is told, and started by a button",
  { machine: { "findspot.server.path": dyingServer() } },
  shop,
  async (person) => {
    await person.openView();
    await person.sidebar().getByText("has stopped and could not be started").waitFor({ timeout: 60_000 });
    await person.command("Findspot: Find in Code Base");
    const message = person.message("has stopped 6 times in a row");
    await message.waitFor();
    await person.shot("server-that-dies");
    await person.button(message, "Restart Server").click();
    await person.sidebar().getByText("has stopped and could not be started").waitFor({ state: "detached" });
  },
);
