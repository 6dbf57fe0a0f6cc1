// The page: what is asked stands in the address, answers come in parts, and of late ones only the newest question's count.

import { Failed, events, get, hasToken, keepToken, takeToken } from "./api.js";
import { EDITORS, card, chooseEditor, editor, folderOf, pathOf, titleOf } from "./place.js";
import { Preview } from "./preview.js";
import { element, visible } from "./source.js";

const DELAY = 120;
const SETTLED = 1500;
const LONGEST_IN_ADDRESS = 4000;
const LONGEST_REQUEST = 60_000; // bytes of a question in an address that the server takes
const LENGTHS = [20, 50, 100, 200];
const EXAMPLES = ["where are settings read from a file", "retry after a failed request", "how is a cache entry invalidated"];
const KINDS = [["", "All"], ["code", "Code"], ["tests", "Tests"], ["docs", "Docs"], ["config", "Config"]];

const find = (id) => document.getElementById(id);
const [input, report, list] = [find("query"), find("report"), find("results")];

let asked = { text: "", trace: false, folder: "", only: "" };
let length = LENGTHS[0];
let places = [];
let chosen = -1;
let number = 0;
let call = new AbortController();
let timer = 0;
let settling = 0;
let settled = true;
let server = null;
let names = new Map();
let touched = false;

const preview = new Preview({ names: () => names, local: () => server?.local && here(), look: (place) => preview.show(place), say });

function here() {
  return ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
}

function say(text) {
  find("live").textContent = visible(text);
}

// --- the address ---

function readAddress() {
  const params = new URLSearchParams(location.search);
  const trace = params.get("mode") === "trace";
  const text = params.get("q") ?? (trace ? history.state?.text : "") ?? "";
  asked = { text, trace, folder: params.get("in") ?? "", only: params.get("only") ?? "" };
}

function address() {
  const params = new URLSearchParams();
  if (asked.text && asked.text.length <= LONGEST_IN_ADDRESS) params.set("q", asked.text);
  if (asked.trace) params.set("mode", "trace");
  if (asked.folder) params.set("in", asked.folder);
  if (asked.only) params.set("only", asked.only);
  return params.size ? `/?${params}` : "/";
}

// A burst of typing is one step back.
function writeAddress(step) {
  const state = { text: asked.text };
  if (step) history.pushState(state, "", address());
  else history.replaceState(state, "", address());
  document.title = asked.text ? `${visible(asked.text.slice(0, 60))} – Findspot` : "Findspot";
}

function showAsked() {
  const field = asked.trace ? report : input;
  if (field.value !== asked.text) field.value = asked.text;
  find("paste").hidden = !asked.trace;
  document.querySelector(".field").hidden = asked.trace;
  find("mode").setAttribute("aria-pressed", String(asked.trace));
  find("folder").hidden = !asked.folder;
  find("folder-name").textContent = visible(asked.folder);
  for (const button of find("kinds").children) button.setAttribute("aria-pressed", String(button.dataset.only === asked.only));
}

// --- asking ---

function change(changes, { step = true } = {}) {
  asked = { ...asked, ...changes };
  length = LENGTHS[0];
  showAsked();
  writeAddress(step);
  clearTimeout(timer);
  run();
}

function typed() {
  clearTimeout(timer);
  clearTimeout(settling);
  asked.text = input.value;
  writeAddress(settled);
  settled = false;
  length = LENGTHS[0];
  timer = setTimeout(run, DELAY);
}

function settle() {
  clearTimeout(settling);
  settled = true;
}

async function run() {
  call.abort();
  call = new AbortController();
  document.body.removeAttribute("aria-busy");
  number += 1;
  const id = String(number);
  const text = asked.text.trim();
  if (!text) {
    showPlaces([], null);
    return;
  }
  if (!asked.trace && encodeURIComponent(text.toWellFormed()).length > LONGEST_REQUEST) {
    fail("This is too long for a question; choose Trace for a long text, and paste it there.");
    return;
  }
  document.body.setAttribute("aria-busy", "true");
  touched = false;
  const scope = asked.folder ? [asked.folder] : [];
  const common = { request_id: id, highlight: true, include_text: false };
  const options = asked.trace
    ? { body: { text, scope, ...common, ...(asked.only ? { only: [asked.only] } : {}) } }
    : { params: { q: text, k: length, scope, only: asked.only, ...common } };
  try {
    for await (const [name, data] of events(asked.trace ? "/localize/events" : "/search/events", { ...options, signal: call.signal })) {
      if (data.request_id !== String(number)) return;
      if (name === "end" && data.error) fail(data.error);
      if (name === "partial" || name === "answer") showAnswer(data, name === "answer");
    }
    settling = setTimeout(settle, SETTLED);
  } catch (error) {
    if (error.name === "AbortError" || id !== String(number)) return;
    failed(error);
  } finally {
    if (id === String(number)) document.body.removeAttribute("aria-busy");
  }
}

function failed(error) {
  if (error instanceof Failed && error.status === 401) askToken();
  else fail(error instanceof Failed ? error.message : "The server does not answer. Has it been stopped? Start it with: findspot serve");
}

function fail(message) {
  showPlaces([], null);
  find("welcome").hidden = true;
  find("notes").replaceChildren(element("p", { class: "note bad", role: "alert" }, visible(message)));
}

// --- the list ---

function showAnswer(answer, last) {
  const status = answer.status;
  const said = [...status.notes];
  if (!status.complete) said.push(["The index is not complete yet; places may be missing.", status.message].filter(Boolean).join(" "));
  else if (status.message) said.push(status.message);
  const notes = said.map((one) => `${one[0].toUpperCase()}${one.slice(1)}`.replace(/([^.!?])$/, "$1."));
  showPlaces(answer.results, status, notes);
  if (!last) return;
  list.dataset.answers = asked.text;
  say(answer.results.length ? `${answer.results.length} places, first ${titleOf(answer.results[0])}` : "nothing was found");
}

function showPlaces(found, status, notes = []) {
  const before = touched && chosen >= 0 ? key(places[chosen]) : null;
  const scrolled = find("preview").hidden ? null : preview.place && key(preview.place);
  places = found;
  find("notes").replaceChildren(...notes.map((one) => element("p", { class: "note" }, visible(one))));
  if (status && !found.length) find("notes").append(element("p", { class: "note" }, ofNothing(status)));
  find("welcome").hidden = status !== null;
  list.hidden = found.length === 0;
  input.setAttribute("aria-expanded", String(found.length > 0));
  const cards = [];
  const cut = status?.suggested_length;
  found.forEach((place, at) => {
    if (at && at === cut) cards.push(element("div", { class: "rule", role: "presentation" }, "less likely"));
    const made = card(place, names, `place-${at}`);
    made.addEventListener("click", () => {
      choose(at, { scroll: false });
      look();
    });
    cards.push(made);
  });
  list.replaceChildren(...cards);
  find("more").hidden = asked.trace || found.length < length || length === LENGTHS.at(-1);
  const at = before === null ? -1 : places.findIndex((place) => key(place) === before);
  chosen = -1;
  if (!found.length) {
    preview.hide();
    input.removeAttribute("aria-activedescendant");
    return;
  }
  choose(Math.max(at, 0), { scroll: false });
  if (!wide()) {
    if (scrolled !== null && at < 0) preview.hide();
  } else if (key(places[chosen]) !== scrolled) look();
}

function ofNothing(status) {
  if (!status.complete) return "Nothing was found so far.";
  return asked.folder || asked.only ? "Nothing was found; try other words, or look everywhere." : "Nothing was found; try other words.";
}

function key(place) {
  return `${place.root}\n${place.path}\n${place.symbol}\n${place.start_line}`;
}

function wide() {
  return matchMedia("(min-width: 52.01rem)").matches;
}

function choose(at, { scroll = true } = {}) {
  if (!places.length) return;
  chosen = Math.max(0, Math.min(at, places.length - 1));
  for (const option of list.querySelectorAll("[role=option]")) option.setAttribute("aria-selected", String(option.id === `place-${chosen}`));
  input.setAttribute("aria-activedescendant", `place-${chosen}`);
  list.setAttribute("aria-activedescendant", `place-${chosen}`);
  if (scroll) {
    touched = true;
    find(`place-${chosen}`).scrollIntoView({ block: "nearest" });
    if (wide()) look();
  }
}

function look() {
  touched = true;
  settle();
  // On a phone the place covers the list, so the button of the phone leads back to it.
  if (!wide() && !preview.shown) history.pushState({ ...history.state }, "", address());
  if (places[chosen]) preview.show(places[chosen]);
}

// --- the state of the index ---

let watching = null;

async function watch() {
  watching?.abort();
  if (document.hidden) return;
  watching = new AbortController();
  const { signal } = watching;
  try {
    for await (const [name, data] of events("/status/events", { signal })) if (name === "status") showStatus(data);
  } catch (error) {
    if (error.name === "AbortError") return;
    if (error instanceof Failed && error.status === 401) {
      askToken();
      return;
    }
  }
  if (!signal.aborted) {
    find("state").className = "state away";
    find("state-text").textContent = "the server is gone";
    setTimeout(watch, 2000);
  }
}

function showStatus(status) {
  const first = server === null;
  server = status;
  names = new Map(status.roots.map((root) => [root.root, root.name]));
  const count = (of, what) => `${of.toLocaleString("en")} ${what}`;
  const text = status.status === "indexing"
    ? status.total === null ? "indexing…" : `indexing, ${status.indexed.toLocaleString("en")} of ${count(status.total, "files")}`
    : status.status === "ready" ? count(status.files, "files") : status.status;
  find("state").className = `state ${status.status}`;
  find("state").title = [status.roots.map((root) => root.root).join("\n"), status.message].filter(Boolean).join("\n");
  find("state-text").textContent = text;
  const bar = find("progress");
  bar.hidden = status.status !== "indexing" || !status.total;
  if (!bar.hidden) Object.assign(bar, { max: status.total, value: status.indexed });
  preview.refreshLink();
  if (first && names.size > 1 && places.length) run();
}

function askToken() {
  const dialog = find("ask-token");
  find("token-why").textContent = hasToken() ? "The server does not know the token that this page has." : "";
  if (!dialog.open) dialog.showModal();
}

// --- keys and buttons ---

function open() {
  if (!find("open").hidden) find("open").click();
}

function toFolder() {
  const place = preview.place ?? places[chosen];
  if (place) change({ folder: folderOf(pathOf(place, names)) });
}

function back() {
  if (preview.shown && !wide()) history.back();
  else if (document.activeElement !== input) (asked.trace ? report : input).focus();
}

function mode() {
  const trace = !asked.trace;
  change({ trace, text: trace ? report.value : input.value });
  (trace ? report : input).focus();
}

const KEYS = {
  "/": () => (asked.trace ? report : input).focus(),
  j: () => choose(chosen + 1),
  k: () => choose(chosen - 1),
  ArrowDown: () => choose(chosen + 1),
  ArrowUp: () => choose(chosen - 1),
  Enter: () => { look(); find("code").focus({ preventScroll: true }); },
  o: open,
  c: () => preview.copy(),
  r: () => preview.related(),
  f: toFolder,
  t: mode,
  Escape: back,
  "?": () => find("keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  const at = event.target;
  const writing = at.matches("input, textarea, select");
  if (writing && event.key === "Escape") {
    at.blur();
    list.focus({ preventScroll: true });
  } else if (at === input && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    KEYS[event.key]();
  } else if (writing || (at.matches("button, a") && ["Enter", " "].includes(event.key))) {
    return;
  } else if (at === find("code") && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    return; // it scrolls
  } else if (KEYS[event.key]) {
    KEYS[event.key]();
  } else {
    return;
  }
  event.preventDefault();
});

input.addEventListener("input", typed);
input.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text/plain").trim();
  if (!text.includes("\n")) return;
  event.preventDefault(); // a field of one line would glue the lines of a trace together
  change({ text, trace: true });
  report.focus();
});
report.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) find("form").requestSubmit();
});
find("form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (asked.trace) change({ text: report.value });
  else if (input.value !== asked.text || !places.length) change({ text: input.value }, { step: settled });
  else {
    look();
    find("code").focus({ preventScroll: true });
  }
  settle();
});
find("mode").addEventListener("click", mode);
find("help").addEventListener("click", KEYS["?"]);
find("close").addEventListener("click", back);
find("only-folder").addEventListener("click", toFolder);
find("folder-up").addEventListener("click", () => change({ folder: folderOf(asked.folder) }));
find("folder-clear").addEventListener("click", () => change({ folder: "" }));
find("brand").addEventListener("click", (event) => {
  event.preventDefault();
  change({ text: "", trace: false, folder: "", only: "" });
  input.focus();
});
find("more").addEventListener("click", () => {
  length = LENGTHS[LENGTHS.indexOf(length) + 1];
  run();
});
find("theme").addEventListener("click", () => {
  const set = document.documentElement.dataset.theme;
  const dark = set ? set === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("findspot.theme", document.documentElement.dataset.theme);
});
find("token-form").addEventListener("submit", () => {
  keepToken(find("token").value);
  location.reload();
});
find("editor").append(...Object.entries(EDITORS).map(([name, [title]]) => element("option", { value: name }, title)));
find("editor").value = editor();
find("editor").addEventListener("change", (event) => {
  chooseEditor(event.target.value);
  preview.refreshLink();
});
find("kinds").append(...KINDS.map(([only, title]) => {
  const button = element("button", { type: "button", "aria-pressed": "false", "data-only": only }, title);
  button.addEventListener("click", () => change({ only }));
  return button;
}));
find("examples").append(...EXAMPLES.map((text) => {
  const button = element("button", { type: "button" }, text);
  button.addEventListener("click", () => change({ text, trace: false }));
  return element("li", {}, button);
}));
addEventListener("popstate", () => {
  const before = JSON.stringify(asked);
  readAddress();
  if (!wide()) preview.hide();
  if (JSON.stringify(asked) === before) return;
  showAsked();
  run();
});
addEventListener("hashchange", () => {
  takeToken();
  run();
  watch();
});
document.addEventListener("visibilitychange", watch);

const theme = localStorage.getItem("findspot.theme");
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
takeToken();
readAddress();
showAsked();
document.title = asked.text ? `${visible(asked.text.slice(0, 60))} – Findspot` : "Findspot";
watch();
if (asked.text) run();
