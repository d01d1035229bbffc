// Talking to our own server: one POST, one GET, problems as sentences.
const csrf = () => document.body.dataset.csrf ?? "";
const offline = "The server could not be reached. Nothing was changed; try again in a moment.";

export class Problem extends Error {
  constructor(message, status) { super(message); this.status = status; }
}

export async function send(url, data, { method = "POST" } = {}) {
  const body = [FormData, URLSearchParams, Blob].some(kind => data instanceof kind) ? data : new URLSearchParams(data);
  return answer(await reach(url, { method, body, headers: { "X-CSRFToken": csrf(), Accept: "application/json" } }));
}

export async function fetchText(url) {
  const response = await reach(url, { headers: { "HX-Request": "true" } });
  if (!response.ok) throw new Problem(`The server answered ${response.status}.`, response.status);
  return response.text();
}

export const fetchJson = async url => answer(await reach(url, { headers: { Accept: "application/json" } }));

async function reach(url, options) {
  try { return await fetch(url, { credentials: "same-origin", ...options }); }
  catch { throw new Problem(offline, 0); }
}

async function answer(response) {
  if (response.status === 204) return {};
  const said = await response.json().catch(() => null);
  if (response.ok && said) return said;
  const unclear = `The server answered ${response.status}. Your change was not saved; try again.`;
  throw new Problem(said?.problem ?? said?.error ?? unclear, response.status);
}
