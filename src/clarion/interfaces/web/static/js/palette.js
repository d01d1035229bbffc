// Ctrl/Cmd K: every page of the menu, every action on this page, and what was written, found
// by typing.
import { fetchJson } from "clarion/net";

const palette = document.getElementById("palette");
const input = palette.querySelector("input");
const list = document.getElementById("pal-list");
const none = document.getElementById("pal-none");
const PAUSE = 200;  // milliseconds without a key before the server is asked
let entries = [], chosen = 0, asked = 0;

export function openPalette() {
  if (palette.open) return;
  entries = gather();
  input.value = "";
  palette.showModal();
  narrow();
}

// An element with data-palette="New campaign" is an action; it is clicked when chosen. What this page
// can do comes first, then the pages, then what lies in menus: nobody opens this to sign out.
function gather() {
  const pages = [...document.querySelectorAll("#side [data-nav]")].map(link => ({
    words: link.querySelector("span").textContent.trim(), icon: link.querySelector("svg"),
    hint: link.dataset.group, keys: link.dataset.keys, target: link,
  }));
  const actions = [...document.querySelectorAll("[data-palette]")].map(target => ({
    words: target.dataset.palette, icon: target.querySelector("svg"), hint: "Action",
    keys: target.dataset.keys, target,
  }));
  const put = away => actions.filter(action => away === !!action.target.closest("[popover], #side"));
  return [...put(false), ...pages, ...put(true)];
}

function narrow() {
  chosen = 0;
  const wanted = input.value.trim().toLowerCase().split(/\s+/);
  const found = entries.filter(e => {
    const words = `${e.words} ${e.hint ?? ""}`.toLowerCase();
    return wanted.every(w => words.includes(w));
  });
  show(found);
  clearTimeout(asked);
  if (input.value.trim().length > 1) asked = setTimeout(look, PAUSE, input.value, found);
}

function show(found) {
  list.replaceChildren(...found.map(row));
  none.hidden = found.length > 0;
  chosen = Math.min(chosen, Math.max(found.length - 1, 0));
  mark();
}

// What the server finds comes below what is here already; an answer to old words is dropped.
async function look(words, before) {
  const said = await fetchJson(`${palette.dataset.search}?q=${encodeURIComponent(words)}`).catch(() => null);
  if (said && words === input.value && palette.open) show([...before, ...said.found.map(entry)]);
}

function entry({ text: words, hint, url, menu }) {
  const icon = document.querySelector(`#side a[href="${menu}"] svg`);
  return { words, hint, icon, target: { click: () => location.assign(url) } };
}

function row(entry, index) {
  const item = document.createElement("li");
  item.id = `pal-${index}`;
  item.setAttribute("role", "option");
  if (entry.icon) item.append(entry.icon.cloneNode(true));
  item.append(text("span", entry.words));
  if (entry.hint) item.append(text("small", entry.hint));
  for (const key of (entry.keys ?? "").split(" ").filter(Boolean)) item.append(text("kbd", key.toUpperCase()));
  item.addEventListener("click", () => { palette.close(); entry.target.click(); });
  return item;
}

function text(tag, words) {
  const made = document.createElement(tag);
  made.textContent = words;
  return made;
}

function mark() {
  [...list.children].forEach((item, i) => {
    item.setAttribute("aria-selected", String(i === chosen));
    if (i === chosen) item.scrollIntoView({ block: "nearest" });
  });
  if (list.children.length) input.setAttribute("aria-activedescendant", `pal-${chosen}`);
  else input.removeAttribute("aria-activedescendant");
}

input.addEventListener("input", narrow);
input.addEventListener("keydown", event => {
  const count = list.children.length;
  if (event.key === "Enter") { event.preventDefault(); list.children[chosen]?.click(); return; }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !count) return;
  event.preventDefault();
  chosen = (chosen + step + count) % count;
  mark();
});
palette.addEventListener("click", event => { if (event.target === palette) palette.close(); });
for (const b of document.querySelectorAll("[data-open-palette]")) b.addEventListener("click", openPalette);
