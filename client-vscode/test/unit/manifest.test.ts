import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { COMMAND_NAMES, manifest, words } from "./manifest";

const TEXT = readFileSync(path.resolve(__dirname, "../../package.json"), "utf8");

test("every word in the manifest has its text, and no text is left over", () => {
  const named = new Set([...TEXT.matchAll(/"%([^%]+)%"/g)].map(([, key]) => key ?? ""));
  assert.deepEqual(
    [...named].filter((key) => !(key in words)),
    [],
  );
  assert.deepEqual(
    Object.keys(words).filter((key) => !named.has(key)),
    [],
  );
});

test("menus and keys name commands that there are", () => {
  const named = [...Object.values(manifest.contributes.menus).flat(), ...manifest.contributes.keybindings];
  assert.deepEqual(
    named.filter(({ command }) => !COMMAND_NAMES.includes(command)),
    [],
  );
});

test("what needs something clicked is not in the palette, all else is and has its category", () => {
  const hidden = (manifest.contributes.menus.commandPalette ?? []).map(({ command }) => command);
  for (const { command, category } of manifest.contributes.commands) {
    assert.ok(hidden.includes(command) || category === "Findspot", command);
  }
});

test("what names a program, or how the server works, does not count in a folder that is not trusted", () => {
  const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
  for (const { properties } of manifest.contributes.configuration) {
    for (const [key, { scope, serverSetting }] of Object.entries(properties)) {
      if (scope?.startsWith("machine") || serverSetting) {
        assert.ok(restrictedConfigurations.includes(key), key);
      }
    }
  }
});
