import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { account, type Candidate, findServer, hasCommand, mismatch, onPath, versionOf } from "../../src/bootstrap";

function script(name: string, body: string): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "findspot-unit-")), name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}

const good = script("findspot", "echo findspot 0.1.7");
const old = script("findspot", "echo findspot 0.0.9");
const broken = script("findspot", "echo 'ImportError: no module' >&2; exit 1");
const other = script("findspot", "echo GNU findspot");

test("an executable tells its version, or a sentence says what is wrong with it", async () => {
  assert.equal(await versionOf(good), "0.1.7");
  await assert.rejects(versionOf(broken), /does not start: ImportError: no module/);
  await assert.rejects(versionOf(other), /is not Findspot/);
  await assert.rejects(versionOf("/no/such/findspot"), /is not there/);
});

test("only the series of a version has to be ours", () => {
  assert.equal(mismatch("0.1.9", "0.1.0"), "");
  assert.match(mismatch("0.2.0", "0.1.0"), /is version 0.2.0, this extension needs 0.1/);
  assert.notEqual(mismatch("", "0.1.0"), "");
});

test("the first that fits is used, and what was tried before is told", async () => {
  const candidates: Candidate[] = [
    { origin: "workspace", command: broken },
    { origin: "path", command: old },
    { origin: "installed", command: good },
  ];
  const { found, tried } = await findServer(candidates, "0.1.0");
  assert.equal(found?.command, good);
  assert.equal(found?.version, "0.1.7");
  assert.deepEqual(
    tried.map((one) => Boolean(one.problem)),
    [true, true, false],
  );
  assert.match(account(tried), /PATH: .*findspot is version 0\.0\.9, this extension needs 0\.1/);
});

test("a server that the user named is the only one tried", async () => {
  const candidates: Candidate[] = [
    { origin: "setting", command: "/no/such/findspot" },
    { origin: "path", command: good },
  ];
  const { found, tried } = await findServer(candidates, "0.1.0");
  assert.equal(found, undefined);
  assert.equal(tried.length, 1);
  assert.match(account(tried), /the setting findspot\.server\.path: \/no\/such\/findspot is not there/);
});

test("the folders of PATH are looked through in order", () => {
  const name = process.platform === "win32" ? "findspot.exe" : "findspot";
  assert.deepEqual(onPath(["/a", "", "/b"].join(path.delimiter)), [path.join("/a", name), path.join("/b", name)]);
  assert.deepEqual(onPath(undefined), []);
});

test("a command is offered only if the help lists it", async () => {
  const help = script("findspot", "printf 'commands:\\n    search   find mcp\\n    lsp      start\\n'");
  assert.equal(await hasCommand(help, "lsp"), true);
  assert.equal(await hasCommand(help, "mcp"), false);
  assert.equal(await hasCommand("/no/such/findspot", "lsp"), false);
});
