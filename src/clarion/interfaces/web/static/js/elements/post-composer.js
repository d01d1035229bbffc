// <post-composer>: around a form that works without it, it counts, colours, switches and saves.
//
// <post-composer data-save=URL data-preview=URL>
//   <form>
//     input[name=channels][value=ID]                     where to; unticked hides the channel's tab
//     [role=tab][data-for=ID]                            a tab; data-for="" is the text for everywhere
//     [data-panel=ID] textarea                           one text each; data-own="1" on the panel: has its own
//     [data-count=ID][data-limit][data-unit=graphemes|codepoints][data-link-cost][data-free-host]
//                                                        its .ring .v and .n show what is left
//     [data-saved]                                       says "Saved 14:05"
//     button[data-needs-room]                            closed while a text is too long
//   #preview                                             filled by POSTing the form to data-preview
//
// Save:     POST form -> {saved: "14:05", version, problem?}; 409 means somebody else was quicker.
import { Problem, send } from "clarion/net";

const WAIT = 800, LOOK = 350; // ms after the last key
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?'\])}…]/gu, TAG = /(?<![\w&/])[@#][\p{L}\p{N}_][\p{L}\p{N}_.@-]*/gu;
const REMOTE = /(?<![\w@/])@(\w(?:[\w.-]*\w)?)@\w(?:[\w.-]*\w)?/gu;
const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const RING = 50.27; // length round a circle of radius 8

export function count(text, { unit = "graphemes", linkCost, freeHost } = {}) {
  let counted = linkCost ? text.replace(LINK, "x".repeat(Number(linkCost))) : text;
  if (freeHost !== undefined) counted = counted.replace(REMOTE, "@$1");
  if (unit === "codepoints") return [...counted].length;
  let n = 0;
  for (const letter of letters.segment(counted)) n += letter.segment ? 1 : 0;
  return n;
}

class PostComposer extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    if (!this.form) return;
    this.form.addEventListener("input", event => this.typed(event));
    this.form.addEventListener("change", event => { if (event.target.name === "channels") this.showTabs(); this.later(); });
    this.addEventListener("keydown", event => this.arrows(event));
    this.addEventListener("click", event => { const tab = event.target.closest("[role=tab]"); if (tab) this.open(tab); });
    this.leave = event => { if (this.unsaved) event.preventDefault(); };
    addEventListener("beforeunload", this.leave);
    this.form.addEventListener("submit", () => { this.unsaved = false; clearTimeout(this.saving); });
    for (const area of this.querySelectorAll("[data-panel] textarea")) this.colour(area);
    this.showTabs();
    this.look();
  }

  disconnectedCallback() { removeEventListener("beforeunload", this.leave); clearTimeout(this.saving); clearTimeout(this.looking); }

  panel(id) { return this.querySelector(`[data-panel="${CSS.escape(id)}"]`); }
  get common() { return this.panel("").querySelector("textarea"); }
  get chosen() { return [...this.form.querySelectorAll("[name=channels]:checked")].map(box => box.value); }
  text(id) { const panel = this.panel(id); return panel?.dataset.own ? panel.querySelector("textarea").value : this.common.value; }

  typed(event) {
    const panel = event.target.closest("[data-panel]");
    if (panel && event.target.matches("textarea")) {
      if (panel.dataset.panel) panel.dataset.own = "1";
      else this.carry();
      this.colour(event.target);
    }
    this.measure();
    this.later();
  }

  // A channel without words of its own shows those for everywhere.
  carry() {
    for (const panel of this.querySelectorAll("[data-panel]:not([data-panel=''])")) {
      if (panel.dataset.own) continue;
      const area = panel.querySelector("textarea");
      area.value = this.common.value;
      this.colour(area);
    }
  }

  showTabs() {
    const chosen = new Set(["", ...this.chosen]);
    for (const tab of this.querySelectorAll("[role=tab]")) tab.hidden = !chosen.has(tab.dataset.for);
    for (const meter of this.querySelectorAll("[data-count]")) meter.hidden = !chosen.has(meter.dataset.count);
    const open = this.querySelector("[role=tab][aria-selected=true]");
    if (!open || open.hidden) this.open(this.querySelector("[role=tab]"));
    this.measure();
  }

  open(tab, focus = false) {
    for (const other of this.querySelectorAll("[role=tab]")) {
      const on = other === tab;
      other.setAttribute("aria-selected", String(on));
      other.tabIndex = on ? 0 : -1;
      const panel = this.panel(other.dataset.for);
      if (panel) panel.hidden = !on;
    }
    if (focus) tab.focus();
  }

  arrows(event) {
    const tab = event.target.closest("[role=tab]"), step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!tab || !step) return;
    const tabs = [...this.querySelectorAll("[role=tab]:not([hidden])")];
    const next = tabs[tabs.indexOf(tab) + step];
    if (next) { event.preventDefault(); this.open(next, true); }
  }

  // Links and names in colour, on the layer behind the letters.
  colour(area) {
    const layer = area.parentElement.querySelector(".ed-hl");
    if (!layer) return;
    const found = [...area.value.matchAll(LINK), ...area.value.matchAll(TAG)].sort((a, b) => a.index - b.index);
    const parts = [];
    let at = 0;
    for (const match of found) {
      if (match.index < at) continue;
      const mark = document.createElement("mark");
      mark.textContent = match[0];
      parts.push(area.value.slice(at, match.index), mark);
      at = match.index + match[0].length;
    }
    layer.replaceChildren(...parts, area.value.slice(at), "\u200b");
  }

  measure() {
    let room = true;
    const chosen = new Set(this.chosen);
    for (const meter of this.querySelectorAll("[data-count]")) {
      const limit = Number(meter.dataset.limit), used = count(this.text(meter.dataset.count), meter.dataset);
      const left = limit - used, full = Math.min(1, used / limit);
      meter.classList.toggle("warn", left >= 0 && full > 0.9);
      meter.classList.toggle("bad", left < 0);
      meter.querySelector(".n").textContent = left;
      meter.querySelector(".v")?.setAttribute("stroke-dasharray", `${full * RING} ${RING}`);
      if (left < 0 && chosen.has(meter.dataset.count)) room = false;
    }
    for (const button of this.querySelectorAll("[data-needs-room]")) button.disabled = !room || !chosen.size;
  }

  later() {
    this.unsaved = true;
    clearTimeout(this.saving);
    clearTimeout(this.looking);
    if (this.dataset.save) this.saving = setTimeout(() => this.save(), WAIT);
    this.looking = setTimeout(() => this.look(), LOOK);
  }

  async save() {
    this.say("Saving…");
    try {
      const said = await send(this.dataset.save, new FormData(this.form));
      this.unsaved = false;
      if (said.version && this.form.elements.version) this.form.elements.version.value = said.version;
      this.say(`Saved ${said.saved ?? ""}`.trim());
    } catch (problem) {
      // Kept in the page; tried again with the next key, at the latest after half a minute.
      this.say(problem instanceof Problem ? problem.message : "Not saved yet.", true);
      if (problem.status !== 409) this.saving = setTimeout(() => this.save(), 30000);
    }
  }

  say(words, bad = false) {
    const place = this.querySelector("[data-saved]");
    if (!place) return;
    place.textContent = words;
    place.classList.toggle("err", bad);
  }

  async look() {
    const place = document.getElementById("preview");
    if (!place || !this.dataset.preview) return;
    this.looked?.abort();
    this.looked = new AbortController();
    try {
      const answer = await fetch(this.dataset.preview, {
        method: "POST", body: new FormData(this.form), signal: this.looked.signal,
        headers: { "X-CSRFToken": document.body.dataset.csrf, "HX-Request": "true" },
      });
      if (answer.ok) { place.innerHTML = await answer.text(); globalThis.htmx?.process(place); }
    } catch (problem) { if (problem.name !== "AbortError") console.warn(problem); }
  }
}
customElements.define("post-composer", PostComposer);
