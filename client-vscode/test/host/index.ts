/** The tests' beginning inside the extension host: mocha, with a report in a file. */

import Mocha from "mocha";

/** Each in a window of its own; how the window is opened stands in `run.ts`. */
const SCENARIOS: Readonly<Record<string, () => Promise<unknown>>> = {
  folder: () => import("./folder"),
  folders: () => import("./folders"),
  "no folder": () => import("./noFolder"),
  "no server": () => import("./noServer"),
  "dying server": () => import("./dyingServer"),
  "not trusted": () => import("./notTrusted"),
};

export async function run(): Promise<void> {
  const output = process.env.FINDSPOT_TEST_REPORT;
  const load = SCENARIOS[process.env.FINDSPOT_TEST_SCENARIO ?? ""];
  const mocha = new Mocha({
    ui: "bdd",
    timeout: 60_000,
    reporter: "json",
    reporterOptions: { output },
    grep: process.env.FINDSPOT_TEST_GREP,
  });
  mocha.suite.emit("pre-require", globalThis, "", mocha);
  await load?.();
  await new Promise<void>((resolve, reject) => {
    const runner = mocha.run((failures) => (failures > 0 ? reject(new Error(`${failures} failed`)) : resolve()));
    runner.on("pass", (test) => console.log(`ok ${test.fullTitle()}`));
    runner.on("fail", (test, error) => console.log(`NOT ok ${test.fullTitle()}: ${error.stack ?? error}`));
  });
}
