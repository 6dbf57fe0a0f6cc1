/** Runs the tests of `test/host` inside VS Code's extension host, against the installed package. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { dyingServer, script, tools, Workbench, type WorkbenchOptions } from "../workbench";

const LIMIT_MS = 240_000;

const HERE = path.resolve(__dirname, "../..");

const SHOTS = path.join(HERE, "dist-test", "shots");

interface Scenario {
  options?: WorkbenchOptions;
  /** Lay out what is opened; nothing is opened without a path. */
  open(workbench: Workbench): string | undefined;
}

const shop = (workbench: Workbench) => workbench.copy("shop");

/** By the names of `index.ts`. */
const SCENARIOS: Record<string, () => Scenario> = {
  folder: () => ({ open: shop }),
  folders: () => ({ open: twoFolders }),
  "no folder": () => ({ open: () => undefined }),
  "no server": () => ({ options: { machine: { "findspot.server.path": "/no/such/findspot" } }, open: shop }),
  "dying server": () => ({ options: { machine: { "findspot.server.path": dyingServer() } }, open: shop }),
  // The user's own server is on the PATH; a setting that named it would hide the folder's.
  "not trusted": () => ({
    options: {
      trust: true,
      machine: {},
      env: { PATH: `${path.dirname(tools().findspot)}${path.delimiter}${process.env.PATH}` },
    },
    open: hostile,
  }),
};

function twoFolders(workbench: Workbench): string {
  const folders = [workbench.copy("shop"), workbench.copy("parcels")].map((folder) => ({ path: folder }));
  const file = path.join(workbench.home, "work", "two.code-workspace");
  writeFileSync(file, JSON.stringify({ folders }));
  return file;
}

function hostile(workbench: Workbench): string {
  const folder = workbench.copy("shop");
  mkdirSync(path.join(folder, ".venv/bin"), { recursive: true });
  mkdirSync(path.join(folder, ".vscode"));
  const evil = path.join(folder, ".venv/bin/findspot");
  script(evil, `touch ${folder}/started\necho findspot 0.1.0`);
  const settings = { "findspot.server.path": evil, "findspot.answers.topK": 1 };
  writeFileSync(path.join(folder, ".vscode/settings.json"), JSON.stringify(settings));
  return folder;
}

async function run(name: string, { options, open }: Scenario): Promise<{ passes: number; failures: number }> {
  const report = path.join(HERE, "dist-test", "host.json");
  rmSync(report, { force: true });
  const env = { ...options?.env, FINDSPOT_TEST_REPORT: report, FINDSPOT_TEST_SCENARIO: name };
  const workbench = await Workbench.start({ ...options, env, testsInside: true });
  try {
    const opened = open(workbench);
    const page = await workbench.page();
    const ended = new Promise<number>((resolve) => {
      void page.exposeFunction("codeAutomationExit", (code: number) => resolve(code));
    });
    // VS Code's own chatter goes the same way as what the tests print.
    await page.exposeFunction("codeAutomationLog", (_type: string, args: unknown[]) => {
      if (/^(NOT )?ok /.test(String(args[0]))) {
        console.log(...args);
      }
    });
    const remote = (file: string) => `vscode-remote://127.0.0.1:${workbench.port}${path.join(HERE, file)}`;
    const payload: [string, string][] = [
      ["extensionDevelopmentPath", remote("test/harness")],
      ["extensionTestsPath", remote("dist-test/host/index")],
    ];
    await page.goto(workbench.url(opened, payload));
    const code = await Promise.race([ended, new Promise<number>((resolve) => setTimeout(() => resolve(2), LIMIT_MS))]);
    if (code !== 0) {
      await page.screenshot({ path: path.join(SHOTS, `failed-host-${name.replace(" ", "-")}.png`) });
      workbench.keepLogs(path.join(SHOTS, `failed-host-${name.replace(" ", "-")}.log`));
    }
    return JSON.parse(readFileSync(report, "utf8")).stats;
  } finally {
    await workbench.stop();
  }
}

async function main(): Promise<number> {
  mkdirSync(SHOTS, { recursive: true });
  const wanted = process.argv.slice(2);
  let [passed, failed] = [0, 0];
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    if (wanted.length === 0 || wanted.includes(name)) {
      console.log(`-- ${name}`);
      try {
        const { passes, failures } = await run(name, scenario());
        passed += passes;
        failed += failures;
      } catch (error) {
        console.log(`NOT ok ${name}: ${error}`);
        failed += 1;
      }
    }
  }
  console.log(`host: ${passed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
