// Choosing many rows of a page, and doing one thing to all of them.
//
//   input.tick                 in each row, of form#bulk.bulk; its row is the nearest [data-row] or li
//   form#bulk                  POST -> {text, undo, html}; html lists what was refused, for #refused
//   [data-count-picked]        how many are chosen
//   [data-picking]             a button for fingers: from then on a tap chooses
//   [data-pick-none]           chooses none again
// Mouse: the box, or Ctrl and Shift with a click. Keyboard: Space, Shift + arrows, Ctrl + A, Esc.
// Whoever uses it says `again()`: how the page is asked for anew.
import { send } from "clarion/net";
import { toast } from "clarion/toast";

const row = element => element.closest("li");
const first = ["ArrowUp", "ArrowLeft"];

export const Choosing = Base => class extends Base {
  get bulk() { return this.querySelector("#bulk"); }
  get boxes() { return [...this.querySelectorAll(".tick")]; }

  beginChoosing() {
    this.picked = new Set();
    this.addEventListener("change", event => { if (event.target.matches(".tick, #bulk [name=all]")) this.counted(); });
    this.addEventListener("submit", event => {
      if (event.target !== this.bulk) return;
      event.preventDefault();
      this.together(event.submitter?.value ?? "");
    });
    this.addEventListener("keydown", event => {
      if (event.key !== "Escape" || event.target.closest("[popover], dialog, textarea")) return;
      if (this.picked.size || this.classList.contains("picking")) { event.preventDefault(); this.none(); }
    });
    const button = this.querySelector("[data-picking]");
    if (button) button.hidden = !this.bulk;
  }

  // True: the click chose something, or stopped choosing.
  choseBy(event) {
    const { target } = event;
    if (target.closest("[data-picking]")) { this.picking(!this.classList.contains("picking")); return true; }
    if (target.closest("[data-pick-none]")) { event.preventDefault(); this.none(); return true; }
    const box = row(target)?.querySelector(".tick");
    if (!box || target.closest("[popover], dialog")) return false;
    if (target === box) {
      if (event.shiftKey) this.through(box, box.checked);
      this.anchor = box.value;
      return true;
    }
    if (!(event.shiftKey || event.ctrlKey || event.metaKey || this.classList.contains("picking"))) return false;
    event.preventDefault();
    if (event.shiftKey) this.through(box, true); else this.pick(box);
    this.anchor = box.value;
    return true;
  }

  // True: the key chose something. `at` is the row that has the focus.
  choseWithKey(event, at) {
    const box = at.querySelector(".tick");
    if (!box || event.altKey) return false;
    if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) for (const one of this.boxes) this.pick(one, true);
    else if (event.key === " " && !event.target.matches("input")) { this.pick(box); this.anchor = box.value; }
    else if (event.shiftKey && event.key.startsWith("Arrow")) this.onward(box, first.includes(event.key) ? -1 : 1);
    else return false;
    event.preventDefault();
    return true;
  }

  onward(box, step) {
    this.pick(box, true);
    const next = this.boxes[this.boxes.indexOf(box) + step];
    if (!next) return;
    this.pick(next, true);
    row(next).querySelector("a")?.focus();
  }

  picking(on) {
    if (!on) this.none();
    this.classList.toggle("picking", on);
    this.querySelector("[data-picking]")?.setAttribute("aria-pressed", String(on));
  }

  pick(box, on = !box.checked) { box.checked = on; this.counted(); }

  // From the last one chosen to this one, in the order of the page.
  through(box, on) {
    const all = this.boxes, from = Math.max(0, all.findIndex(one => one.value === this.anchor)), to = all.indexOf(box);
    for (const one of all.slice(Math.min(from, to), Math.max(from, to) + 1)) this.pick(one, on);
  }

  none() {
    for (const box of this.querySelectorAll(".tick:checked, #bulk [name=all]:checked")) box.checked = false;
    this.classList.remove("picking");
    this.querySelector("[data-picking]")?.setAttribute("aria-pressed", "false");
    this.counted();
  }

  counted() {
    this.picked = new Set(this.boxes.filter(box => box.checked).map(box => box.value.split(".")[0]));
    const all = this.bulk?.elements.all, count = this.querySelector("[data-count-picked]");
    if (count) count.textContent = all?.checked ? all.dataset.total ?? "All" : this.picked.size;
  }

  // What was chosen stays chosen when the page is drawn anew.
  chooseAgain() {
    for (const box of this.boxes) if (this.picked.has(box.value.split(".")[0])) box.checked = true;
    const button = this.querySelector("[data-picking]");
    if (button) button.hidden = !this.bulk;
    this.counted();
  }

  async together(verb) {
    const form = this.bulk, data = new FormData(form);
    data.set("do", verb);
    for (const open of form.querySelectorAll("[popover]:popover-open")) open.hidePopover();
    form.setAttribute("aria-busy", "true");
    try {
      const said = await send(form.action, new URLSearchParams(data));
      toast(said.text, { undo: said.undo });
      this.none();
      if (said.html) { this.querySelector("#refused-b").innerHTML = said.html; this.querySelector("#refused").showModal(); }
      this.again();
    } catch (problem) { toast(problem.message, { bad: true }); }
    form.removeAttribute("aria-busy");
  }
};
