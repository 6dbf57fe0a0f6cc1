/** Runs the tests of `test/host` inside VS Code's extension host, against the installed package. */

import { readFileSync } from "node:fs";
import * as path from "node:path";
import { Workbench } from "./workbench";

const LIMIT_MS = 240_000;

async function main(): Promise<number> {
  const here = path.resolve(__dirname, "..");
  const report = path.join(here, "dist-test", "host.json");
  const workbench = await Workbench.start({ env: { FINDSPOT_TEST_REPORT: report } });
  try {
    const folder = workbench.copy(path.join(here, "../tests/data/shop"));
    const page = await workbench.browser.newPage({ viewport: { width: 1280, height: 800 } });
    const ended = new Promise<number>((resolve) => {
      void page.exposeFunction("codeAutomationExit", (code: number) => resolve(code));
    });
    // VS Code's own chatter goes the same way as what the tests print.
    await page.exposeFunction("codeAutomationLog", (_type: string, args: unknown[]) => {
      if (/^(NOT )?ok /.test(String(args[0]))) {
        console.log(...args);
      }
    });
    const remote = (file: string) => `vscode-remote://127.0.0.1:${workbench.port}${file}`;
    await page.goto(
      workbench.url(folder, [
        ["extensionDevelopmentPath", remote(path.join(here, "test/harness"))],
        ["extensionTestsPath", remote(path.join(here, "dist-test/host/index"))],
      ]),
    );
    const code = await Promise.race([ended, new Promise<number>((resolve) => setTimeout(() => resolve(2), LIMIT_MS))]);
    if (code !== 0) {
      await page.screenshot({ path: path.join(here, "dist-test", "host-failed.png") });
    }
    const { stats } = JSON.parse(readFileSync(report, "utf8"));
    console.log(`host: ${stats.passes} passed, ${stats.failures} failed`);
    return code;
  } finally {
    await workbench.stop();
  }
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
