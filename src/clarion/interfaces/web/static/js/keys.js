// Shortcuts. Single keys never fire while typing and can be switched off (WCAG 2.1.4).
import { openPalette } from "clarion/palette";

const PAUSE = 1200; // ms between "g" and the letter after it
const TYPING = "input, textarea, select, [contenteditable], dialog[open], [role=menu]";
const singles = document.body.dataset.shortcuts !== "off";
let pressedG = 0;

function go(letter) {
  const link = document.querySelector(`#side [data-keys="g ${CSS.escape(letter)}"]`);
  link?.click();
  return Boolean(link);
}

function single(event) {
  const key = event.key;
  if (pressedG && Date.now() - pressedG < PAUSE && go(key)) { pressedG = 0; return true; }
  pressedG = key === "g" ? Date.now() : 0;
  if (key === "c") { const compose = document.getElementById("new-post"); compose?.click(); return Boolean(compose); }
  if (key === "/") { focusSearch(); return true; }
  if (key === "?") { document.getElementById("keys").showModal(); return true; }
  return false;
}

// A page with a search field of its own marks it with data-search; else the palette opens.
function focusSearch() {
  const own = document.querySelector("main [data-search]");
  if (own) own.focus(); else openPalette();
}

addEventListener("keydown", event => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); openPalette(); return; }
  if (!singles || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest?.(TYPING)) return;
  if (single(event)) event.preventDefault();
});
