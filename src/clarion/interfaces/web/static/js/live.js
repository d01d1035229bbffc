// What happened elsewhere arrives here: one stream, given out as DOM events `clarion:<kind>`.
//
// The server sends   event: post   (data, if any, as JSON), or   data: {"kind": "post", "id": 12}.
// <div hx-get="…" hx-trigger="live" data-live-refresh="delivery post">  asks for itself again.
const url = document.body.dataset.live;
const AWAY = 60000, CALM = 400, FIRST_WAIT = 2000, LONGEST_WAIT = 60000;
let source, wait = FIRST_WAIT, retry, cutOff, missed = false, awayTimer;
const named = new Set();

export function live(kind, act) {
  document.addEventListener(`clarion:${kind}`, event => act(event.detail));
  listenFor(kind);
}

function listenFor(kind) {
  if (named.has(kind)) return;
  named.add(kind);
  source?.addEventListener(kind, message => tell(kind, parsed(message)));
}

function open() {
  clearTimeout(retry);
  source = new EventSource(url);
  source.onopen = () => {
    wait = FIRST_WAIT;
    clearTimeout(cutOff); cutOff = undefined;
    document.body.classList.remove("is-cut-off");
    if (missed) { missed = false; refreshAll(); }
  };
  source.onmessage = message => { const said = parsed(message); if (said.kind) tell(said.kind, said); };
  for (const kind of named) source.addEventListener(kind, message => tell(kind, parsed(message)));
  source.onerror = () => {
    missed = true;
    cutOff ??= setTimeout(() => document.body.classList.add("is-cut-off"), 10000);
    if (source.readyState !== EventSource.CLOSED) return;
    retry = setTimeout(open, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  };
}

function close() { clearTimeout(retry); clearTimeout(cutOff); cutOff = undefined; source?.close(); source = undefined; }

function parsed(message) {
  try { return JSON.parse(message.data) ?? {}; } catch { return {}; }
}

function tell(kind, detail) {
  document.dispatchEvent(new CustomEvent(`clarion:${kind}`, { detail }));
  for (const part of document.querySelectorAll("[data-live-refresh]")) {
    if (part.dataset.liveRefresh.split(" ").includes(kind)) refresh(part);
  }
}

// Many events in a burst are one refresh. What somebody is typing in is left alone until they leave.
const pending = new WeakMap();
function refresh(part) {
  clearTimeout(pending.get(part));
  pending.set(part, setTimeout(() => {
    const typing = part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
    if (typing) part.addEventListener("focusout", () => refresh(part), { once: true });
    else if (part.isConnected) part.dispatchEvent(new CustomEvent("live"));
  }, CALM));
}

function refreshAll() { for (const part of document.querySelectorAll("[data-live-refresh]")) refresh(part); }

function notice() {
  for (const part of document.querySelectorAll("[data-live-refresh]")) part.dataset.liveRefresh.split(" ").forEach(listenFor);
}

if (url) {
  notice();
  document.addEventListener("htmx:after:process", notice);
  open();
  // A browser allows few connections to one host: a tab nobody looks at gives its own back.
  document.addEventListener("visibilitychange", () => {
    clearTimeout(awayTimer);
    if (document.hidden) awayTimer = setTimeout(close, AWAY);
    else if (!source) { missed = true; open(); }
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", event => { if (event.persisted) { missed = true; open(); } });
}
