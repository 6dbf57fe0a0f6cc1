/** The tests' beginning inside the extension host: mocha, with a report in a file. */

import Mocha from "mocha";

export async function run(): Promise<void> {
  const output = process.env.FINDSPOT_TEST_REPORT;
  const mocha = new Mocha({ ui: "bdd", timeout: 60_000, reporter: "json", reporterOptions: { output } });
  mocha.suite.emit("pre-require", globalThis, "", mocha);
  await import("./all");
  await new Promise<void>((resolve, reject) => {
    const runner = mocha.run((failures) => (failures > 0 ? reject(new Error(`${failures} failed`)) : resolve()));
    runner.on("pass", (test) => console.log(`ok ${test.fullTitle()}`));
    runner.on("fail", (test, error) => console.log(`NOT ok ${test.fullTitle()}: ${error.stack ?? error}`));
  });
}
