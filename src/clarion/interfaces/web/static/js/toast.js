// Short notices with a way back. Undo is the server's: a POST to the address it gave.
//
//   HX-Trigger: {"toast": {"text": "Moved to Tue", "undo": "/undo/12/", "tone": "ok"}}
import { send } from "clarion/net";

const STAY = 7000, AFTER_HOVER = 2500, CARRY = "clarion.toast";
const box = () => document.getElementById("toasts");

export function toast(text, { undo, bad = false, stay = STAY } = {}) {
  const item = document.createElement("div");
  item.className = bad ? "toast bad" : "toast";
  if (bad) item.setAttribute("role", "alert");
  const words = document.createElement("span");
  words.textContent = text;
  item.append(words);
  if (undo) item.append(button("Undo", () => { item.remove(); takeBack(undo); }));
  item.append(closer(item));
  while (box().children.length > 2) box().firstElementChild.remove();
  box().append(item);
  fade(item, bad ? stay * 2 : stay);
  return item;
}

// Shown after the next page has come: for what ends in a reload.
export function toastLater(text, options = {}) {
  sessionStorage.setItem(CARRY, JSON.stringify({ text, ...options }));
}

async function takeBack(undo) {
  if (typeof undo === "function") return undo();
  try {
    const said = await send(undo, {});
    const text = said.text ?? "Undone";
    const event = new CustomEvent("clarion:undone", { detail: said, cancelable: true });
    // Whoever shows the thing may put it back in place; otherwise the page is asked for again.
    if (!document.dispatchEvent(event)) return toast(text);
    toastLater(text);
    location.assign(said.go ?? location.href);
  } catch (problem) { toast(problem.message, { bad: true }); }
}

function fade(item, stay) {
  let timer = setTimeout(() => item.remove(), stay);
  const hold = () => clearTimeout(timer);
  const go = () => { hold(); timer = setTimeout(() => item.remove(), AFTER_HOVER); };
  item.addEventListener("pointerenter", hold);
  item.addEventListener("focusin", hold);
  item.addEventListener("pointerleave", go);
  item.addEventListener("focusout", go);
}

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

function closer(item) {
  const made = button("", () => item.remove());
  made.className = "shut";
  made.setAttribute("aria-label", "Dismiss");
  made.innerHTML = '<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true"><path d="M6 6l12 12M18 6L6 18"/></svg>';
  return made;
}

// What the server wrote into the page: the same behaviour, and a plain form without JavaScript.
function adopt(item) {
  const form = item.querySelector("form");
  form?.addEventListener("submit", event => { event.preventDefault(); item.remove(); takeBack(form.action); });
  item.append(closer(item));
  fade(item, item.classList.contains("bad") ? STAY * 2 : STAY);
}

for (const item of box().querySelectorAll(".toast")) adopt(item);
const carried = sessionStorage.getItem(CARRY);
if (carried) {
  sessionStorage.removeItem(CARRY);
  const { text, ...options } = JSON.parse(carried);
  toast(text, options);
}
document.addEventListener("toast", event => {
  const said = event.detail;
  if (typeof said === "string") return toast(said);
  toast(said.text ?? said.value, { undo: said.undo, bad: said.bad || said.tone === "danger" });
});
