// <inbox-pane>: walks through the list with j and k, opens a conversation beside it, counts the
// answer while it is typed and keeps it when the page goes away.
//
//   a[data-conversation=ID]        a row of the list
//   [data-key="r|e|a"]             what r, e and a do in the open conversation: focus or click it
//   textarea[data-draft=ID]        kept in this browser until it was sent
//   textarea[data-writing=URL]     asked while somebody types, so that others see it
//   [data-count=RULE][data-limit]   the rule is one of count.js
import { count } from "clarion/count";
import { Choosing } from "clarion/choosing";
import { send } from "clarion/net";

const TYPING = "input, textarea, select, [contenteditable], dialog[open], [popover]:popover-open";
const AGAIN = 8000; // ms between two words that somebody is writing
const RING = 50.27; // length round a circle of radius 8
const kept = id => `clarion.answer.${location.pathname.split("/")[2]}.${id}`;

class InboxPane extends Choosing(HTMLElement) {
  connectedCallback() {
    this.beginChoosing();
    this.addEventListener("click", event => { if (!this.choseBy(event)) this.opened(event); });
    this.addEventListener("htmx:after:swap", () => this.chooseAgain());
    this.addEventListener("input", event => this.typed(event.target));
    this.key = event => this.pressed(event);
    this.fresh = event => { if (event.target.closest?.("#convo") || event.target.contains?.(this)) this.show(); };
    addEventListener("keydown", this.key);
    document.addEventListener("htmx:after:process", this.fresh);
    this.show();
  }

  disconnectedCallback() {
    removeEventListener("keydown", this.key);
    document.removeEventListener("htmx:after:process", this.fresh);
  }

  again() {
    const list = this.querySelector("#list");
    if (list.hasAttribute("hx-get")) globalThis.htmx.ajax("GET", list.getAttribute("hx-get"), { target: list, swap: "outerHTML" });
    else location.reload();
  }

  get rows() { return [...this.querySelectorAll("a[data-conversation]")]; }
  get current() { return this.querySelector("#convo")?.dataset.conversation ?? ""; }
  get area() { return this.querySelector("textarea[data-draft]"); }

  opened(event) {
    const row = event.target.closest("a[data-conversation]");
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
    this.mark(row.dataset.conversation);
    this.classList.add("is-reading");
  }

  mark(id) {
    this.told = 0;
    for (const row of this.rows) {
      if (row.dataset.conversation === id) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  }

  // A conversation has come: back to its end, with the words that were not sent yet.
  show() {
    const room = this.querySelector(".talk-room");
    if (room) room.scrollTop = room.scrollHeight;
    const list = this.querySelector("#list[hx-get]");
    if (list && this.current) {
      const at = new URL(list.getAttribute("hx-get"), location.href);
      at.searchParams.set("here", this.current);
      list.setAttribute("hx-get", at.pathname + at.search);
    }
    const area = this.area;
    if (!area) return;
    if ("sent" in area.dataset) sessionStorage.removeItem(kept(area.dataset.draft));
    const words = sessionStorage.getItem(kept(area.dataset.draft));
    if (!area.value && words) area.value = words;
    this.measure(area);
  }

  typed(area) {
    if (area !== this.area) return;
    if (area.value) sessionStorage.setItem(kept(area.dataset.draft), area.value);
    else sessionStorage.removeItem(kept(area.dataset.draft));
    this.measure(area);
    this.tell(area);
  }

  // The others who look at this conversation see that somebody is writing.
  tell(area) {
    if (!area.value.trim() || Date.now() - (this.told ?? 0) < AGAIN) return;
    this.told = Date.now();
    send(area.dataset.writing, {}).catch(problem => console.info(problem.message));
  }

  measure(area) {
    const meter = area.form.querySelector("[data-count]");
    if (!meter) return;
    const limit = Number(meter.dataset.limit), used = count(area.value, meter.dataset.count);
    const left = limit - used, full = Math.min(1, used / limit);
    meter.classList.toggle("warn", left >= 0 && full > 0.9);
    meter.classList.toggle("bad", left < 0);
    meter.querySelector(".n").textContent = left;
    const ring = meter.querySelector(".v");
    ring.setAttribute("visibility", full ? "visible" : "hidden");
    ring.setAttribute("stroke-dasharray", `${full * RING} ${RING}`);
  }

  pressed(event) {
    if (document.body.dataset.shortcuts === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && event.target === this.area) return event.target.blur(); // the keys walk again
    if (event.defaultPrevented || event.target.closest?.(TYPING)) return;
    const at = event.target.closest?.(".ibx-item") ?? this.querySelector("[aria-current=true]")?.closest(".ibx-item");
    if (event.key === "x" && at) { this.pick(at.querySelector(".tick")); event.preventDefault(); return; }
    if (at && event.shiftKey && this.choseWithKey(event, at)) return;
    const act = { j: () => this.step(1), k: () => this.step(-1) }[event.key] ?? (() => this.press(event.key));
    if (act()) event.preventDefault();
  }

  step(by) {
    const rows = this.rows, now = rows.findIndex(row => row.hasAttribute("aria-current"));
    const row = rows[now < 0 ? 0 : now + by];
    if (!row) return false;
    row.focus();
    row.click();
    return true;
  }

  press(key) {
    if (!/^[rea]$/.test(key)) return false;
    const target = this.querySelector(`#convo [data-key="${key}"]`);
    if (!target) return false;
    if (target.matches("button")) target.click(); else target.focus();
    return true;
  }
}
customElements.define("inbox-pane", InboxPane);
