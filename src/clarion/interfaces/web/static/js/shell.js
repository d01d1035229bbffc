// The small manners of every page: side drawer, menus, dialogs, asking first, answers that failed.
import { toast } from "clarion/toast";

// --- side drawer on narrow screens -----------------------------------------------------------
const side = document.getElementById("side");
const openers = document.querySelectorAll("[data-side]");

function drawer(open) {
  side.classList.toggle("open", open);
  for (const b of openers) b.setAttribute("aria-expanded", String(open));
  document.querySelector(".frame").inert = open;
  // Only what is already visible takes the focus.
  if (open) requestAnimationFrame(() => side.querySelector("a, button").focus());
}
for (const b of openers) b.addEventListener("click", () => drawer(!side.classList.contains("open")));
if (side) {
  document.addEventListener("pointerdown", event => {
    if (side.classList.contains("open") && !event.target.closest("#side, [data-side]")) drawer(false);
  });
  document.addEventListener("keydown", event => {
    if (event.key === "Escape" && side.classList.contains("open")) { drawer(false); openers[0].focus(); }
  });
}

// --- menus and dialogs for browsers that lack anchors or commands ------------------------------
if (!CSS.supports("position-area: block-end")) {
  document.addEventListener("toggle", event => {
    const menu = event.target;
    if (event.newState !== "open" || !menu.matches?.(".menu[popover]")) return;
    const from = document.querySelector(`[popovertarget="${menu.id}"]`)?.getBoundingClientRect();
    if (!from) return;
    const left = menu.classList.contains("right") ? from.right - menu.offsetWidth : from.left;
    const below = from.bottom + 6 + menu.offsetHeight < innerHeight;
    menu.style.left = `${Math.max(8, Math.min(left, innerWidth - menu.offsetWidth - 8))}px`;
    menu.style.top = `${below ? from.bottom : Math.max(8, from.top - menu.offsetHeight - 12)}px`;
  }, true);
}
document.addEventListener("click", event => {
  const button = event.target.closest("button[commandfor]");
  if (!button || "command" in HTMLButtonElement.prototype) return;
  const target = document.getElementById(button.getAttribute("commandfor"));
  if (button.getAttribute("command") === "show-modal") target.showModal(); else target.close();
});
document.addEventListener("click", event => {
  const dialog = event.target;
  if (dialog instanceof HTMLDialogElement && dialog.matches(".dialog") && !dialog.hasAttribute("data-stay")) dialog.close();
});
document.addEventListener("keydown", event => {
  const menu = event.target.closest?.(".menu[popover]");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!menu || !step) return;
  event.preventDefault();
  const items = [...menu.querySelectorAll("a, button")];
  items[(items.indexOf(event.target) + step + items.length) % items.length].focus();
});

// --- asking first: hx-confirm="…" and <form data-confirm="…"> ----------------------------------
export function ask(question, label = "Go ahead") {
  const dialog = document.getElementById("confirm");
  dialog.querySelector("[data-question]").textContent = question;
  dialog.querySelector("[value=yes]").textContent = label;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise(resolve => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}
// What was pressed, or its likeness where the page was redrawn while the question stood.
function stillThere(form, button) {
  if (!button || button.form === form) return button;
  return form.querySelector(`button[name="${button.name}"][value="${button.value}"]`);
}
document.addEventListener("htmx:confirm", event => {
  const { ctx, issueRequest, dropRequest } = event.detail;
  event.preventDefault();
  ask(ctx.confirm, ctx.sourceElement?.dataset.confirmLabel).then(yes => (yes ? issueRequest() : dropRequest()));
});
document.addEventListener("submit", event => {
  const form = event.target, question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (!question || form.dataset.asked) return;
  event.preventDefault();
  ask(question, event.submitter?.dataset.confirmLabel ?? form.dataset.confirmLabel).then(yes => {
    if (!yes) return;
    form.dataset.asked = "yes";
    form.requestSubmit(stillThere(form, event.submitter));
    delete form.dataset.asked;
  });
}, true);

// --- htmx: a line while it runs, a sentence when it fails ---------------------------------------
let running = 0;
const busy = change => { running = Math.max(0, running + change); document.body.classList.toggle("is-busy", running > 0); };
document.addEventListener("htmx:before:request", () => busy(1));
document.addEventListener("htmx:finally:request", () => busy(-1));
const SAID = {
  0: "The server could not be reached. Nothing was changed; try again in a moment.",
  403: "You may not do that here, or you have been signed out. Reload the page and try again.",
  404: "That is no longer there. Reload the page to see what is.",
  429: "That was too often in a short time. Wait a minute and try again.",
};
document.addEventListener("htmx:before:response", event => {
  const { raw, status, headers } = event.detail.ctx.response;
  if (raw.redirected) { event.preventDefault(); location.assign(raw.url); return; }
  const sentence = status >= 500 ? "Something broke on the server and was noted. Your change may not be saved." : SAID[status];
  if (!sentence || headers.get("HX-Reswap")) return;
  event.preventDefault();
  toast(sentence, { bad: true });
});
document.addEventListener("htmx:error", event => {
  console.warn(event.detail.error);
  if (event.detail.error instanceof TypeError) toast(SAID[0], { bad: true });
});

// --- small things said by attributes ------------------------------------------------------------
document.addEventListener("click", event => {
  const copy = event.target.closest("[data-copy]");
  if (copy) navigator.clipboard.writeText(copy.dataset.copy).then(() => toast("Copied"));
});
document.addEventListener("change", event => {
  if (event.target.closest("[data-autosubmit]")) event.target.form.requestSubmit();
});
document.addEventListener("keydown", event => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.closest?.("form[data-ctrl-enter]")?.requestSubmit();
});

// --- words beside the pointer on charts ---------------------------------------------------------
const tip = document.getElementById("tip");
document.addEventListener("pointermove", event => {
  const words = event.target.closest?.("[data-tip]")?.dataset.tip;
  if (!words) { if (tip?.matches(":popover-open")) tip.hidePopover(); return; }
  tip.textContent = words;
  if (!tip.matches(":popover-open")) tip.showPopover();
  const left = event.clientX + 14 + tip.offsetWidth > innerWidth ? event.clientX - tip.offsetWidth - 12 : event.clientX + 14;
  tip.style.left = `${Math.max(6, left)}px`;
  tip.style.top = `${Math.max(6, event.clientY - tip.offsetHeight - 10)}px`;
});
