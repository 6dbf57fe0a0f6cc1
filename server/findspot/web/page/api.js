// What the page asks of its server: plain answers, and answers that come in parts.
// The token comes in the fragment of the printed address, which no request carries; it is kept for this origin alone.

const KEY = "findspot.token";

export class Failed extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    keepToken(given);
    history.replaceState(history.state, "", location.pathname + location.search);
  }
}

export function keepToken(token) {
  localStorage.setItem(KEY, token.trim());
}

export function hasToken() {
  return Boolean(localStorage.getItem(KEY));
}

async function ask(path, { params = {}, body, signal } = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== "") query.append(name, one);
    }
  }
  const token = localStorage.getItem(KEY);
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const options = { headers, signal, cache: "no-store" };
  if (body !== undefined) Object.assign(options, { method: "POST", body: JSON.stringify(body) });
  const response = await fetch(query.size ? `${path}?${query}` : path, options);
  if (!response.ok) {
    const said = await response.json().catch(() => ({}));
    throw new Failed(response.status, said.error ?? `the server answers with ${response.status}`);
  }
  return response;
}

export async function get(path, params, signal) {
  return (await ask(path, { params, signal })).json();
}

// Yields [name, data] for each event of a stream until it ends.
export async function* events(path, options) {
  const response = await ask(path, options);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const event = read(block);
        if (event) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function read(block) {
  let name = "message";
  let data = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) name = line.slice(7);
    if (line.startsWith("data: ")) data += line.slice(6);
  }
  return data ? [name, JSON.parse(data)] : null;
}
