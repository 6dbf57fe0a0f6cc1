/**
 * How long it takes from the last key of a question to the painted list, in a real VS Code: `node dist-test/bench/latency.js FOLDER`.
 *
 * The clock is the page's: it starts with the event of the key and stops with the frame after the list has changed.
 */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { Person } from "../person";
import { Workbench } from "../workbench";

const ROUNDS = 40;

const DEBOUNCE_MS = 80;

const QUESTIONS = [
  "where is the csrf token checked",
  "how are migrations ordered",
  "where are template tags registered",
  "password hashing with a salt",
  "which code sends the mail to administrators",
  "parse the content type of a request",
  "close old database connections",
  "translate a query into sql",
  "where is a file upload limited in size",
  "render a form field as html",
];

async function main(): Promise<void> {
  const folder = process.argv[2];
  if (!folder) {
    throw new Error("which folder?");
  }
  const user = { "findspot.picker.debounce": DEBOUNCE_MS, "findspot.picker.refine": false };
  const workbench = await Workbench.start({ user });
  try {
    const person = new Person(await workbench.open(folder));
    await person.openView();
    await person.page.locator(".statusbar-item", { hasText: /Indexing/ }).waitFor({ timeout: 60_000 });
    report("while indexing", await measure(person, () => indexing(person.page)));
    await person.sidebar().getByText("Ask where something is").waitFor({ timeout: 900_000 });
    await person.page.waitForTimeout(5_000);
    report("at rest", await measure(person, async () => true));
    console.log(`server: ${(serverMemory() / 1024).toFixed(0)} MB`);
  } finally {
    await workbench.stop();
  }
}

function indexing(page: Page): Promise<boolean> {
  return page.locator(".statusbar-item", { hasText: /Indexing/ }).isVisible();
}

/** Milliseconds from the last key to the painted list, one for each question, for as long as `goes` says. */
async function measure(person: Person, goes: () => Promise<boolean>): Promise<number[]> {
  const times: number[] = [];
  await person.press("Control+Alt+j");
  await person.input().waitFor();
  for (let round = 0; round < ROUNDS && (await goes()); round += 1) {
    const question = QUESTIONS[round % QUESTIONS.length] ?? "";
    await person.input().fill(question.slice(0, -1));
    await person.listFor(question.slice(0, -1));
    await person.page.waitForTimeout(250);
    // Two steps: the clock has to listen before the key is pressed.
    const clock = await person.page.evaluateHandle(
      ({ wanted, limit }) => {
        const title = document.querySelector(".quick-input-widget .quick-input-title");
        const painted = new Promise<number>((resolve, reject) => {
          let pressed = 0;
          document.addEventListener("keydown", (event) => (pressed = event.timeStamp), { capture: true, once: true });
          const observer = new MutationObserver(() => {
            if (title?.textContent?.includes(`“${wanted}”`) && !title.textContent.includes("below:")) {
              observer.disconnect();
              requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - pressed), 0));
            }
          });
          observer.observe(document.body, { subtree: true, childList: true, characterData: true });
          setTimeout(() => reject(new Error(`no list for ${wanted}`)), limit);
        });
        return { painted };
      },
      { wanted: question, limit: 30_000 },
    );
    await person.press(question.slice(-1));
    times.push(await clock.evaluate(({ painted }) => painted));
  }
  await person.press("Escape");
  return times;
}

function report(name: string, times: number[]): void {
  const sorted = times.map((time) => time - DEBOUNCE_MS).sort((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]?.toFixed(0);
  console.log(
    `${name}: ${sorted.length} keys, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms beyond the debounce of ${DEBOUNCE_MS} ms`,
  );
}

/** Proportional memory of the server of this window, in kB. */
function serverMemory(): number {
  const listed = execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" }).split("\n");
  const pids = listed.filter((line) => /findspot lsp/.test(line)).map((line) => line.trim().split(" ")[0]);
  const own = pids.filter((pid) => readFileSync(`/proc/${pid}/environ`, "utf8").includes("findspot-vscode-"));
  return own
    .map((pid) => /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? "0")
    .reduce((sum, kilobytes) => sum + Number(kilobytes), 0);
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
