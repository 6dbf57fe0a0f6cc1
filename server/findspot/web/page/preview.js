// The place that is looked at: its file around it, the evidence, and what is connected with it.

import { Failed, get } from "./api.js";
import { editorAddress, lineOf, pathOf, reasons, titleOf } from "./place.js";
import { element, sourceLines, visible } from "./source.js";

const AROUND = 40;
const FURTHER = 200;

const find = (id) => document.getElementById(id);

export class Preview {
  // `names` gives the names of the roots, `local` whether files of this machine are meant, `look` shows another place.
  constructor({ names, local, look, say }) {
    Object.assign(this, { names, local, look, say });
    this.place = null;
    this.calls = new AbortController();
    find("copy").addEventListener("click", () => this.copy());
    find("related").addEventListener("click", () => this.related());
  }

  get shown() {
    return !find("preview").hidden;
  }

  async show(place) {
    this.calls.abort();
    this.calls = new AbortController();
    this.place = place;
    this.first = Math.max(1, place.start_line - AROUND);
    this.last = place.end_line + AROUND;
    find("place-title").textContent = titleOf(place);
    find("place-path").textContent = visible(`${pathOf(place, this.names())}:${place.start_line}-${place.end_line}`);
    const listed = reasons(place).map(([word, detail]) => element("li", {}, element("b", {}, word), " ", element("span", {}, detail)));
    find("evidence").replaceChildren(...listed);
    find("evidence").hidden = listed.length === 0;
    find("connected").hidden = true;
    this.refreshLink();
    find("preview").hidden = false;
    await this.load(true);
  }

  hide() {
    this.calls.abort();
    this.place = null;
    find("preview").hidden = true;
  }

  refreshLink() {
    const address = this.place && this.local() ? editorAddress(this.place) : null;
    find("open").hidden = !address;
    if (address) find("open").href = address;
  }

  async load(scroll) {
    const place = this.place;
    const params = { root: place.root, path: place.path, start_line: this.first, end_line: this.last, highlight: true };
    let file;
    try {
      file = await get("/file", params, this.calls.signal);
    } catch (error) {
      if (error.name !== "AbortError") {
        find("code").replaceChildren(element("p", { class: "note bad" }, error instanceof Failed ? visible(error.message) : "the server is gone"));
      }
      return;
    }
    if (place !== this.place) return;
    const marks = { first: place.start_line, last: place.end_line, best: place.best_line, matches: place.matches };
    const lines = sourceLines(file.highlighted, marks);
    const above = file.start_line > 1 ? this.further("Lines above", () => (this.first = Math.max(1, this.first - FURTHER))) : null;
    const below = file.end_line < file.lines ? this.further("Lines below", () => (this.last += FURTHER)) : null;
    find("code").replaceChildren(...[above, lines, below].filter(Boolean));
    if (scroll) {
      const target = lines.querySelector(".best") ?? lines.querySelector(".inside");
      find("code").scrollTop = target ? target.offsetTop - find("code").offsetTop - find("code").clientHeight / 3 : 0;
      find("code").scrollLeft = 0;
    }
  }

  further(text, widen) {
    const button = element("button", { type: "button" }, text);
    button.addEventListener("click", () => {
      widen();
      this.load(false);
    });
    return button;
  }

  async copy() {
    if (!this.place) return;
    const text = `${pathOf(this.place, this.names())}:${lineOf(this.place)}`;
    try {
      await navigator.clipboard.writeText(text);
      this.say(`copied ${text}`);
    } catch {
      this.say("the browser does not let the page copy");
    }
  }

  async related() {
    const place = this.place;
    if (!place) return;
    const box = find("connected");
    if (!box.hidden) {
      box.hidden = true;
      return;
    }
    let found;
    try {
      found = await get("/related", { root: place.root, path: place.path, line: place.start_line, k: 8, include_text: false }, this.calls.signal);
    } catch (error) {
      if (error.name !== "AbortError") this.say(error.message);
      return;
    }
    if (place !== this.place) return;
    const groups = [["Called by", found.callers], ["Calls", found.callees], ["Tested by", found.tests], ["Similar", found.neighbours]];
    const parts = groups.filter(([, places]) => places.length).flatMap(([title, places]) => [
      element("h3", {}, title),
      ...places.map((one) => this.link(one)),
    ]);
    box.replaceChildren(...(parts.length ? parts : ["Nothing is known to be connected with it."]));
    box.hidden = false;
  }

  link(place) {
    const path = `${pathOf(place, this.names())}:${place.start_line}`;
    const button = element("button", { type: "button" }, `${titleOf(place)}  `, element("span", { class: "path" }, visible(path)));
    button.addEventListener("click", () => this.look(place));
    return button;
  }
}
