// Ctrl/Cmd K: every page of the menu and every action on this page, found by typing.
const palette = document.getElementById("palette");
const input = palette.querySelector("input");
const list = document.getElementById("pal-list");
const none = document.getElementById("pal-none");
let entries = [], chosen = 0;

export function openPalette() {
  if (palette.open) return;
  entries = gather();
  input.value = "";
  palette.showModal();
  narrow();
}

// An element with data-palette="New campaign" is an action; it is clicked when chosen.
function gather() {
  const pages = [...document.querySelectorAll("#side [data-nav]")].map(link => ({
    words: link.querySelector("span").textContent.trim(), icon: link.querySelector("svg"),
    hint: link.dataset.group, keys: link.dataset.keys, target: link,
  }));
  const actions = [...document.querySelectorAll("[data-palette]")].map(target => ({
    words: target.dataset.palette, icon: target.querySelector("svg"), hint: "Action",
    keys: target.dataset.keys, target,
  }));
  return [...actions, ...pages];
}

function narrow() {
  const wanted = input.value.trim().toLowerCase().split(/\s+/);
  const found = entries.filter(e => {
    const words = `${e.words} ${e.hint ?? ""}`.toLowerCase();
    return wanted.every(w => words.includes(w));
  });
  list.replaceChildren(...found.map(row));
  none.hidden = found.length > 0;
  chosen = 0;
  mark();
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
