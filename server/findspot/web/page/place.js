// One place: how it is named, how it is opened in an editor, and its card in the list.

import { element, sourceLines, visible } from "./source.js";

const REASONS = {
  lexical: "words",
  dense: "meaning",
  mention: "named",
  graph: "calls",
  history: "history",
  near: "near",
  prior: "kind of file",
  model: "model",
  explored: "explored",
};

// Addresses that editors understand; only for files of this machine.
export const EDITORS = {
  vscode: ["VS Code", (file, line) => `vscode://file${file}:${line}`],
  insiders: ["VS Code Insiders", (file, line) => `vscode-insiders://file${file}:${line}`],
  vscodium: ["VSCodium", (file, line) => `vscodium://file${file}:${line}`],
  cursor: ["Cursor", (file, line) => `cursor://file${file}:${line}`],
  zed: ["Zed", (file, line) => `zed://file${file}:${line}`],
  idea: ["IntelliJ IDEA", (file, line) => `idea://open?file=${file}&line=${line}`],
  pycharm: ["PyCharm", (file, line) => `pycharm://open?file=${file}&line=${line}`],
  sublime: ["Sublime Text", (file, line) => `subl://open?url=file://${file}&line=${line}`],
  none: ["nothing", null],
};

const EDITOR = "findspot.editor";

export function editor() {
  const chosen = localStorage.getItem(EDITOR);
  return chosen in EDITORS ? chosen : "vscode";
}

export function chooseEditor(name) {
  localStorage.setItem(EDITOR, name);
}

export function editorAddress(place) {
  const address = EDITORS[editor()][1];
  if (!address) return null;
  const root = place.root.replaceAll("\\", "/").replace(/^([A-Za-z]:)/, "/$1").replace(/\/$/, "");
  const file = `${root}/${place.path}`.split("/").map(encodeURIComponent).join("/").replace(/^\/([A-Za-z])%3A/, "/$1:");
  return address(file, lineOf(place));
}

export function lineOf(place) {
  return place.best_line ?? place.start_line;
}

export function folderOf(path) {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
}

export function titleOf(place) {
  return visible(place.symbol ?? place.path.slice(place.path.lastIndexOf("/") + 1));
}

// `names` has the name of each root where there are several.
export function pathOf(place, names) {
  const name = names.size > 1 ? names.get(place.root) : null;
  return name ? `${name}/${place.path}` : place.path;
}

export function reasons(place) {
  return place.evidence.map((one) => [REASONS[one.kind] ?? one.kind, visible(one.detail)]);
}

export function chance(place) {
  return place.probability === null ? "" : `${Math.round(place.probability * 100)} %`;
}

export function card(place, names, id) {
  const path = pathOf(place, names);
  const folder = folderOf(path);
  const where = element("div", { class: "path" });
  if (folder) where.append(visible(`${folder}/`));
  where.append(element("span", { class: "name" }, visible(path.slice(folder ? folder.length + 1 : 0))));
  where.append(`:${lineOf(place)}`);
  if (!place.fresh) where.append(element("span", { class: "stale" }, " changed since it was indexed"));
  const why = [...new Set(reasons(place).map(([word]) => word))];
  const made = element("div", { class: "result", role: "option", id, "aria-selected": "false" });
  const likely = chance(place);
  made.append(
    element(
      "div",
      { class: "head" },
      element("span", { class: "symbol" }, titleOf(place)),
      element("span", { class: "kind" }, place.kind),
      likely ? element("span", { class: "chance", title: "how likely this is the right place" }, likely) : null,
    ),
    where,
  );
  if (place.shown?.length) {
    const lines = sourceLines(outdented(place.shown), { best: place.best_line, matches: place.matches });
    lines.setAttribute("aria-hidden", "true"); // too long for the name of an option; the preview has it
    made.append(lines);
  }
  made.append(element("div", { class: "why" }, why.join(" · ")));
  return made;
}

// A card is narrow: what all of its lines are indented by is left out.
function outdented(lines) {
  const text = (line) => line.pieces.map(([part]) => part).join("");
  const depths = lines.map(text).filter((one) => one.trim()).map((one) => one.length - one.trimStart().length);
  const depth = Math.min(...depths, ...lines.map((line) => line.pieces[0]?.[0].length ?? Infinity));
  if (!depth || !Number.isFinite(depth)) return lines;
  return lines.map((line) => ({
    ...line,
    pieces: line.pieces.map(([part, kind], at) => [at ? part : part.slice(depth), kind]),
    spans: line.spans.map(([start, end]) => [start - depth, end - depth]),
  }));
}
