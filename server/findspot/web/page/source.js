// Source as elements. It is text of strangers: it only ever becomes text nodes, and what would hide or turn it is shown.

const ODD = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

export function visible(text) {
  return text.replace(ODD, (sign) => {
    const code = sign.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") made.className = value;
    else if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// The characters of spans count as Python counts them, by code point.
function pieces(line) {
  const marked = (at) => line.spans?.some(([start, end]) => start <= at && at < end) ?? false;
  const made = [];
  let at = 0;
  for (const [text, kind] of line.pieces) {
    if (!line.spans?.length) {
      made.push(piece(visible(text), kind, false));
      continue;
    }
    let run = "";
    let on = marked(at);
    for (const sign of text) {
      if (marked(at) !== on) {
        if (run) made.push(piece(visible(run), kind, on));
        run = "";
        on = !on;
      }
      run += sign;
      at += 1;
    }
    if (run) made.push(piece(visible(run), kind, on));
  }
  return made;
}

function piece(text, kind, marked) {
  if (marked) return element("mark", { class: `c-${kind}` }, text);
  return kind === "plain" ? document.createTextNode(text) : element("span", { class: `c-${kind}` }, text);
}

// Lines of source under their numbers; those from `first` to `last` are the place, `best` the line that matters most.
export function sourceLines(lines, { first, last, best, matches = [] } = {}) {
  const box = element("div", { class: "lines" });
  const matching = new Set(matches);
  let before = null;
  for (const line of lines) {
    if (before !== null && line.number > before + 1) box.append(element("div", { class: "gap" }, "⋯"));
    before = line.number;
    const classes = ["line"];
    if (first <= line.number && line.number <= last) classes.push("inside");
    if (line.number === best) classes.push("best");
    else if (matching.has(line.number)) classes.push("match");
    const row = element("div", { class: classes.join(" ") });
    row.append(element("span", { class: "number", "aria-hidden": "true" }, String(line.number)));
    row.append(element("code", {}, ...pieces(line)));
    box.append(row);
  }
  return box;
}
