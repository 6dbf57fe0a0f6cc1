/** Bundles the extension into dist/, and with `--tests` the tests into dist-test/. */

import { copyFile, glob, mkdir, rm } from "node:fs/promises";
import { build } from "esbuild";

const common = { bundle: true, format: "cjs", platform: "node", target: "node20", logLevel: "warning" };

await build({
  ...common,
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  external: ["vscode"],
  minify: true,
});
// The licence of the whole repository goes into the package.
await mkdir("dist", { recursive: true });
await copyFile("../LICENSE", "LICENSE.txt");

if (process.argv.includes("--tests")) {
  // A test that is gone must not run on.
  await Promise.all(["unit", "journeys"].map((folder) => rm(`dist-test/${folder}`, { recursive: true, force: true })));
  await build({
    ...common,
    entryPoints: [
      "test/host/run.ts",
      "test/bench/latency.ts",
      ...(await Array.fromAsync(glob("test/{unit,journeys}/*.test.ts"))),
    ],
    outdir: "dist-test",
    outbase: "test",
    external: ["vscode", "playwright-core"],
    sourcemap: "inline",
  });
  await build({
    ...common,
    entryPoints: ["test/host/index.ts"],
    outfile: "dist-test/host/index.js",
    external: ["vscode"],
    // Of mocha's parallel runs, which nobody asks for here.
    logOverride: { "require-resolve-not-external": "silent" },
    sourcemap: "inline",
  });
}
