// The search page as people use it: in a real browser, by keyboard and by touch, with source that wants to do harm.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";

const root = process.env.E2E_ROOT;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PATIENCE = 20_000;

const HOSTILE = `def hostile_marker():
    """<img src=x onerror="document.title='broken'"> <script>document.title='broken'</script>"""
    return "\u202eright to left\u202c \u0007 bell"
`;

let server, address, browser, context, page, said;

before(async () => {
  mkdirSync(join(root, "tests"), { recursive: true });
  mkdirSync(join(root, "odd <b> name"), { recursive: true });
  writeFileSync(join(root, "odd <b> name", "hostile.py"), HOSTILE);
  writeFileSync(join(root, "tests", "test_cart.py"), "def test_rebate_is_applied():\n    assert apply_discount(10, 50) == 5\n");
  server = spawn(process.env.E2E_FINDSPOT, ["serve", "-q"], { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  [address] = await once(createInterface({ input: server.stdout }), "line");
  browser = await chromium.launch({ executablePath: process.env.E2E_CHROMIUM, args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  server.kill("SIGTERM");
  const [code] = await once(server, "exit");
  assert.equal(code, 0);
});

async function opened(options = {}) {
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(PATIENCE);
  page = await context.newPage();
  said = [];
  page.on("console", (message) => message.type() === "error" && said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("request", (request) => new URL(request.url()).origin === new URL(address).origin || said.push(`asked ${request.url()}`));
  await page.goto(address);
  await page.waitForSelector(".state.ready");
}

beforeEach(() => opened());

afterEach(async () => {
  await context.close();
  assert.deepEqual(said, [], "the console is empty, and nothing is asked of anybody else");
});

async function ask(text) {
  await page.fill("#query", text);
  await page.waitForFunction((asked) => document.getElementById("results").dataset.answers === asked, text);
}

const paths = () => page.$$eval("[role=option] .path", (found) => found.map((one) => one.textContent));
const chosen = () => page.getAttribute("[role=option][aria-selected=true]", "id");

async function accessible(what) {
  await page.evaluate(axe); // no script tag: the page's policy would not take it
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const told = found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => `${node.target} ${node.failureSummary}`).join(" | ")}`);
  assert.deepEqual(told, [], what);
}

async function shot(name) {
  if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `${name}.png`) });
}

test("the token leaves the address, and typing finds the place with its source and evidence", async () => {
  assert.equal(new URL(page.url()).hash, "");
  await page.keyboard.type("where is the rebate applied", { delay: 20 });
  await page.waitForSelector("[role=option]");
  await page.waitForFunction(() => document.getElementById("place-title").textContent !== "");
  assert.ok((await paths()).some((path) => path.startsWith("shop/")));
  assert.ok(await page.locator(".result mark").count());
  assert.ok(await page.locator(".code .c-keyword").count());
  assert.match(await page.textContent("#evidence"), /words .*rebate/);
  await page.waitForFunction(() => /places, first/.test(document.getElementById("live").textContent));
  await shot("desktop-light");
});

test("all is done by keyboard", async () => {
  await ask("cart checkout rebate");
  assert.equal(await chosen(), "place-0");
  await page.keyboard.press("ArrowDown");
  assert.equal(await chosen(), "place-1");
  assert.equal(await page.getAttribute("#query", "aria-activedescendant"), "place-1");
  await page.keyboard.press("Escape");
  await page.keyboard.press("k");
  assert.equal(await chosen(), "place-0");
  await page.keyboard.press("j");
  assert.equal(await page.textContent("#place-title"), await page.textContent("#place-1 .symbol"));
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "code");
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "query");
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  assert.ok(await page.isVisible("#keys"));
  await accessible("help");
  await page.keyboard.press("Escape");
  assert.ok(!(await page.isVisible("#keys")));
  await page.keyboard.press("r");
  await page.waitForSelector("#connected:not([hidden])");
});

test("places open in the editor that was chosen", async () => {
  await ask("apply_discount");
  const file = join(root, "shop", "cart.py");
  assert.match(await page.getAttribute("#open", "href"), new RegExp(`^vscode://file${file}:\\d+$`));
  await page.click("#help");
  await page.selectOption("#editor", "zed");
  await page.keyboard.press("Escape");
  assert.match(await page.getAttribute("#open", "href"), new RegExp(`^zed://file${file}:\\d+$`));
  await page.reload();
  await page.waitForSelector("[role=option]");
  assert.match(await page.getAttribute("#open", "href"), /^zed:/);
  await ask("hostile_marker");
  assert.match(await page.getAttribute("#open", "href"), /odd%20%3Cb%3E%20name\/hostile\.py/);
});

test("what is asked stands in the address, and back leads to the question before", async () => {
  await ask("rebate");
  await page.keyboard.press("Enter");
  await page.click("#kinds [data-only=tests]");
  await page.waitForURL(/only=tests/);
  await page.waitForFunction(() => document.querySelectorAll("[role=option]").length === 1);
  assert.deepEqual(await paths(), ["tests/test_cart.py:1"]);
  const link = page.url();
  await page.goBack();
  await page.waitForFunction(() => document.querySelectorAll("[role=option]").length > 1);
  assert.equal(await page.inputValue("#query"), "rebate");
  await page.goto(link);
  await page.waitForSelector("[role=option]");
  assert.deepEqual(await paths(), ["tests/test_cart.py:1"]);
  await page.click("#kinds [data-only='']");
  await page.waitForFunction(() => document.querySelectorAll("[role=option]").length > 1);
  await page.click("#only-folder");
  await page.waitForSelector("#folder:not([hidden])");
  const folder = await page.textContent("#folder-name");
  await page.waitForFunction((name) => [...document.querySelectorAll("[role=option] .path")].every((one) => one.textContent.startsWith(`${name}/`)), folder);
  await page.click("#folder-clear");
  await page.waitForSelector("#folder[hidden]", { state: "attached" });
});

test("a pasted trace is localized, with how likely each place is", async () => {
  await page.click("#mode");
  await page.fill("#report", 'Traceback\n  File "shop/checkout.py", line 15, in total\n    apply_discount(total, None)\nTypeError: unsupported operand');
  await page.click("#paste .primary");
  await page.waitForSelector("[role=option] .chance");
  assert.ok((await paths()).some((path) => path.startsWith("shop/checkout.py")));
  await accessible("trace");
  await shot("desktop-trace");
});

test("several lines that are pasted as a question are a trace", async () => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const trace = 'Traceback\n  File "shop/checkout.py", line 15, in total\nTypeError: unsupported operand';
  await page.evaluate((text) => navigator.clipboard.writeText(text), trace);
  await page.click("#query");
  await page.keyboard.press("Control+V");
  await page.waitForFunction((text) => document.getElementById("results").dataset.answers === text, trace);
  assert.equal(await page.inputValue("#report"), trace);
  assert.ok((await paths()).some((path) => path.startsWith("shop/checkout.py")));
});

test("source that wants to do harm is shown as text", async () => {
  await ask("hostile_marker");
  await page.waitForFunction(() => document.getElementById("code").textContent.includes("onerror"));
  assert.equal(await page.title(), "hostile_marker – Findspot");
  assert.equal(await page.locator("main img, main script, main b:not([class])").evaluateAll((found) => found.filter((one) => one.closest("#code, #results")).length), 0);
  const text = await page.textContent("#code");
  assert.ok(!/[\u202a-\u202e\u0007]/.test(text));
  assert.match(text, /\\u202eright to left/);
});

test("a late answer to an older question is dropped", async () => {
  await page.route(/search\/events\?q=checkout/, async (route) => {
    await new Promise((done) => setTimeout(done, 1500));
    await route.continue().catch(() => {});
  });
  await page.fill("#query", "checkout");
  await page.waitForTimeout(300);
  await ask("hostile_marker");
  await page.waitForTimeout(2000);
  assert.match((await paths())[0], /hostile\.py/);
});

test("what the index does not hold yet is not called absent", async () => {
  let complete = false;
  await page.route(/search\/events\?q=checkout/, (route) => {
    const request_id = new URL(route.request().url()).searchParams.get("request_id");
    const answer = { results: [], status: { complete, notes: [], message: "" }, request_id };
    return route.fulfill({ contentType: "text/event-stream", body: `event: ${complete ? "answer" : "partial"}\ndata: ${JSON.stringify(answer)}\n\n` });
  });
  const notes = () => page.textContent("#notes");
  await page.fill("#query", "checkout");
  await page.waitForFunction(() => document.getElementById("notes").textContent.includes("Nothing was found so far."));
  assert.doesNotMatch(await notes(), /other words/);
  complete = true;
  await ask("checkout ");
  assert.match(await notes(), /Nothing was found; try other words\.$/);
});

test("an edit is seen", async () => {
  await ask("rebate");
  writeFileSync(join(root, "shop", "late.py"), "def entirely_new_surcharge():\n    return 1\n");
  await page.waitForFunction(async () => {
    const input = document.getElementById("query");
    input.value = `${input.value === "entirely_new_surcharge" ? "entirely_new_surcharge " : "entirely_new_surcharge"}`;
    input.dispatchEvent(new Event("input"));
    await new Promise((done) => setTimeout(done, 500));
    return document.querySelector("[role=option] .symbol")?.textContent === "entirely_new_surcharge";
  });
});

test("who has no token is asked for it", async () => {
  await page.evaluate(() => localStorage.setItem("findspot.token", "wrong"));
  await page.reload();
  await page.waitForSelector("#ask-token[open]");
  assert.match(await page.textContent("#token-why"), /does not know the token/);
  await accessible("token");
  await page.fill("#token", new URL(address).hash.slice("#token=".length));
  await page.click("#token-form button");
  await page.waitForSelector(".state.ready");
  said = said.filter((one) => !one.includes("401"));
});

test("a question of a megabyte is told where it belongs", async () => {
  await page.evaluate(() => {
    const field = document.getElementById("query");
    field.value = "rebate ".repeat(150_000);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await page.waitForFunction(() => document.getElementById("notes").textContent.includes("choose Trace"));
  await ask("apply_discount");
  assert.ok((await paths()).length);
});

test("nothing keeps people out, in the light and in the dark", async () => {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.goto(new URL(address).origin);
    await page.waitForSelector(".state.ready");
    await accessible(`start, ${colorScheme}`);
    await shot(`start-${colorScheme}`);
    await ask("where is the rebate applied");
    await page.waitForSelector(".code .line");
    await accessible(`results, ${colorScheme}`);
    await shot(`desktop-${colorScheme}`);
    await page.goto(`${new URL(address).origin}/docs`);
    await page.waitForSelector("h2");
    await accessible(`description, ${colorScheme}`);
  }
});

test("the button turns the light off and on, and it stays so", async () => {
  await page.click("#theme");
  assert.equal(await page.getAttribute("html", "data-theme"), "dark");
  await page.reload();
  assert.equal(await page.getAttribute("html", "data-theme"), "dark");
  await page.click("#theme");
  assert.equal(await page.getAttribute("html", "data-theme"), "light");
});

test("a phone shows the list, then the place, and back", async () => {
  for (const colorScheme of ["light", "dark"]) {
    await context.close();
    await opened({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, colorScheme, reducedMotion: "reduce" });
    await ask("where is the rebate applied");
    assert.ok(!(await page.isVisible("#preview")));
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
    await accessible(`phone, ${colorScheme}`);
    await shot(`phone-${colorScheme}`);
    await page.tap("#place-0");
    await page.waitForSelector(".code .line");
    await accessible(`phone with a place, ${colorScheme}`);
    await shot(`phone-place-${colorScheme}`);
    await page.tap("#close");
    await page.waitForSelector("#preview", { state: "hidden" });
    await page.tap("#place-1");
    await page.waitForSelector(".code .line");
    await page.goBack();
    await page.waitForSelector("#preview", { state: "hidden" });
    assert.equal(await page.inputValue("#query"), "where is the rebate applied");
    assert.equal(await chosen(), "place-1");
  }
});
