/** Everything that a person can press or set is pressed or set by some test, or stands below with the reason. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { BUTTONS } from "../../src/buttons";
import { COMMAND_NAMES, manifest, words } from "./manifest";

const HERE = path.resolve(__dirname, "../../test");

/** The tests that run in a real VS Code, as text. */
const TESTS = ["host", "journeys"]
  .flatMap((folder) => readdirSync(path.join(HERE, folder)).map((file) => path.join(HERE, folder, file)))
  .map((file) => readFileSync(file, "utf8"))
  .join("\n");

const EXCEPTIONS: Readonly<Record<string, string>> = {
  [BUTTONS.addFolder]: "opens a dialog of VS Code's own",
  "findspot.installServer": "what the button “Install…” runs, which a journey presses",
  "findspot.mcp.enabled": "VS Code has no way to ask which servers an extension offers; what decides it has unit tests",
  "findspot.trace.server": "read by the language client's library, not by us",
};

/** Whether a test has `name` as a whole text, or there is a reason why none has. */
const isUsed = (name: string) =>
  name in EXCEPTIONS || [`"${name}"`, `'${name}'`, `^='${name}'`].some((quoted) => TESTS.includes(quoted));

test("every command is run by a test, by its name or by its title", () => {
  const unused = COMMAND_NAMES.filter((name) => {
    const title = words[`command.${name.slice("findspot.".length)}`];
    return ![name, `Findspot: ${title}`, String(title)].some(isUsed);
  });
  assert.deepEqual(unused, []);
});

test("every setting of the client is set by a test", () => {
  const properties = manifest.contributes.configuration.flatMap((group) => Object.entries(group.properties));
  // Those of the server have their tests there; that they arrive is tested with one of them.
  const own = properties.filter(([, fact]) => !fact.serverSetting).map(([key]) => key);
  assert.ok(own.length > 5);
  assert.deepEqual(
    own.filter((key) => !isUsed(key) && !isUsed(key.slice("findspot.".length))),
    [],
  );
});

test("every button is pressed by a test", () => {
  assert.deepEqual(
    Object.values(BUTTONS).filter((label) => !isUsed(label)),
    [],
  );
});

test("every key is pressed by a test, or its command is run by its name", () => {
  const pressed = (key: string) =>
    key
      .split("+")
      .map((part) => ({ ctrl: "Control", alt: "Alt", shift: "Shift", enter: "Enter", f4: "F4" })[part] ?? part)
      .join("+");
  assert.deepEqual(
    manifest.contributes.keybindings.filter(({ key, command }) => !isUsed(pressed(key)) && !isUsed(command)),
    [],
  );
});
