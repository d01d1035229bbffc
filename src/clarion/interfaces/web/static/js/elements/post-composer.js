// <post-composer>: around a form that works without it, it colours, switches, asks the server what
// the networks would say, takes pictures in, and saves by itself.
//
// <post-composer data-check=URL data-upload=URL [data-save=URL]>
//   form: [name=channels] boxes · [role=tab][data-for] and [data-panel] · textareas with .ed-hl behind
//   #counters #checks #previews #buttons #costs   filled from data-check, which also says {blocked, zone}
//   Save: POST form -> {saved, version, page, save, problems}; 409 {problem, html, version}: somebody was quicker.
import { fold } from "clarion/picture-drop";

const WAIT = 900, LOOK = 250, AGAIN = 30000; // ms
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?'\])}…]/gu, TAG = /(?<![\w&/])[@#][\p{L}\p{N}_][\p{L}\p{N}_.@-]*/gu;
const UNREACHED = "Not saved: the server could not be reached. It is tried again by itself.";

class PostComposer extends HTMLElement {
  connectedCallback() {
    this.standing = this.querySelector("#deliveries")?.dataset.standing;
    this.addEventListener("htmx:after:swap", () => this.movedOn());
    this.form = this.querySelector("form.cmp-form");
    if (!this.form) return;
    this.form.addEventListener("input", event => this.typed(event));
    this.form.addEventListener("change", event => { if (event.target.name === "channels") this.showTabs(); });
    this.addEventListener("click", event => this.clicked(event));
    this.addEventListener("keydown", event => this.arrows(event));
    this.form.addEventListener("submit", event => this.sent(event));
    this.leave = event => { this.leaving = true; if (this.unsaved) event.preventDefault(); };
    this.hot = event => { if ((event.ctrlKey || event.metaKey) && event.key === "s") { event.preventDefault(); if (this.dataset.save) this.save(); } };
    addEventListener("beforeunload", this.leave);
    addEventListener("keydown", this.hot);
    fold(this, this.dataset.upload, () => this.later());
    for (const area of this.querySelectorAll(".ed-area textarea")) this.colour(area);
    this.carry();
    this.showTabs();
    this.look();
    this.toProblem();
  }

  disconnectedCallback() {
    removeEventListener("beforeunload", this.leave);
    removeEventListener("keydown", this.hot);
    clearTimeout(this.saving);
    clearTimeout(this.looking);
  }

  // A no of the server stands beside its field, which may be far below what one sees.
  toProblem() {
    const field = this.form.querySelector("[aria-invalid=true]");
    const said = field ?? this.form.querySelector(".err:not([hidden])");
    said?.scrollIntoView({ block: "center" });
    field?.focus({ preventScroll: true });
  }

  // It went out, or stopped, while somebody looked: the badge and the fields follow. Not while
  // something is typed here that a fresh page would lose, nor over the link they just followed.
  movedOn() {
    const now = this.querySelector("#deliveries")?.dataset.standing;
    const typing = document.activeElement?.matches("input, textarea") && document.activeElement.value;
    if (now === this.standing || this.unsaved || typing || this.leaving) return;
    location.reload();
  }

  typed(event) {
    if (event.target.matches("[data-find-channel]")) return this.find(event.target.value);
    if (event.target.type === "file" || event.target.name === "note") return;
    if (event.target.matches(".ed-area textarea")) this.colour(event.target);
    if (event.target.name === "text") this.carry();
    this.later();
  }

  clicked(event) {
    const at = selector => event.target.closest(selector);
    const tab = at("[role=tab]"), mine = at("[data-own]"), common = at("[data-common]"), keep = at("[data-keep-mine]");
    if (tab) this.open(tab);
    else if (mine) this.own(mine.dataset.own, this.form.elements.text.value);
    else if (common) this.own(common.dataset.common, "");
    else if (at("[data-add-part]")) this.addPart();
    else if (at("[data-drop-part]")) { at(".ed-part").remove(); this.later(); this.form.elements.text.focus(); }
    else if (at("[data-add-choice]")) this.addChoice();
    else if (at("[data-all-channels]")) this.choose(true);
    else if (at("[data-no-channels]")) this.choose(false);
    else if (at("[data-version]")) this.version(at("[data-version]").dataset.version);
    else if (keep) this.keepMine(keep);
  }

  // A button that is shut says why, beside the fields, and does nothing.
  sent(event) {
    if (event.defaultPrevented) return; // it is being asked whether that is meant
    if (event.submitter?.hasAttribute("data-blocked")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      this.querySelector("#checks .note:is(.bad, .hint), #counters")?.scrollIntoView({ block: "center" });
      const box = this.querySelector("#checks .note:is(.bad, .hint)"), why = box?.querySelector("li") ?? box;
      this.say(why ? `${box.querySelector("b")?.textContent ?? ""}: ${why.textContent.trim()}` : "Choose at least one channel first.", true);
      return;
    }
    if (this.busy) { // the form would carry the version from before its own save
      event.preventDefault();
      this.waits = event.submitter;
      return;
    }
    this.unsaved = false;
    clearTimeout(this.saving);
  }

  // What was pressed while a save was under way. Was it asked whether that is meant, then that is done.
  goOn() {
    const button = this.waits && (this.waits.isConnected ? this.waits : this.form.querySelector(`#buttons [value="${this.waits.value}"]`));
    this.waits = null;
    if (!button || this.clashed) return;
    this.form.dataset.asked = "yes";
    this.form.requestSubmit(button);
    delete this.form.dataset.asked;
  }

  // --- text ---------------------------------------------------------------------------------------
  panel(id) { return this.querySelector(`[data-panel="${CSS.escape(id)}"]`); }

  own(id, words) {
    const area = this.panel(id).querySelector("textarea");
    area.value = words;
    this.colour(area);
    area.focus();
    this.later();
  }

  // All that are shown, or none: a channel that is out already, or shut to this person, stays as it is.
  choose(on) {
    for (const box of this.form.querySelectorAll(".acct:not([hidden]) [name=channels]:enabled")) box.checked = on;
    this.showTabs();
    this.later();
  }

  find(words) {
    for (const one of this.form.querySelectorAll(".acct")) one.hidden = !one.title.toLowerCase().includes(words.trim().toLowerCase());
  }

  version(id) {
    this.open(this.querySelector(`[role=tab][data-for="${CSS.escape(id)}"]`));
    this.querySelector(".ed").scrollIntoView({ block: "center" });
    this.panel(id).querySelector("textarea").focus({ preventScroll: true });
  }

  addPart() {
    const list = this.querySelector(".ed-parts"), made = this.querySelector("template[data-part]").content.cloneNode(true);
    list.append(made);
    list.lastElementChild.querySelector("textarea").focus();
  }

  addChoice() {
    const list = this.querySelector("#choices"), made = list.lastElementChild.cloneNode(true), input = made.querySelector("input");
    input.value = "";
    input.placeholder = `Choice ${list.children.length + 1}`;
    input.setAttribute("aria-label", input.placeholder);
    list.append(made);
    input.focus();
  }

  // A channel without words of its own shows the common ones, in grey.
  carry() {
    const words = this.form.elements.text.value;
    for (const area of this.querySelectorAll("[data-panel]:not([data-panel='']) textarea")) area.placeholder = words || "Same words as everywhere";
  }

  showTabs() {
    const chosen = new Set(["", ...[...this.form.querySelectorAll("[name=channels]")].filter(box => box.checked || box.type === "hidden").map(box => box.value)]);
    for (const tab of this.querySelectorAll("[role=tab]")) tab.hidden = !chosen.has(tab.dataset.for);
    const open = this.querySelector("[role=tab][aria-selected=true]");
    this.open(!open || open.hidden ? this.querySelector("[role=tab]") : open);
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
    const tabs = [...this.querySelectorAll("[role=tab]:not([hidden])")], next = tabs[tabs.indexOf(tab) + step];
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
    layer.replaceChildren(...(area.value ? [...parts, area.value.slice(at), "\u200b"] : []));
  }

  // --- the server ---------------------------------------------------------------------------------
  later() {
    this.unsaved = true;
    clearTimeout(this.looking);
    this.looking = setTimeout(() => this.look(), LOOK);
    if (this.dataset.save && !this.clashed) this.saveIn(WAIT);
  }

  saveIn(wait) { clearTimeout(this.saving); this.saving = setTimeout(() => this.save(), wait); }

  fields() {
    const data = new FormData(this.form);
    data.delete("files");
    return data;
  }

  post(url, signal) {
    const headers = { "X-CSRFToken": document.body.dataset.csrf, Accept: "application/json" };
    return fetch(url, { method: "POST", body: this.fields(), headers, signal, credentials: "same-origin" });
  }

  async look() {
    this.asked?.abort();
    this.asked = new AbortController();
    try {
      const answer = await this.post(this.dataset.check, this.asked.signal);
      if (answer.ok) this.show(await answer.json());
    } catch (problem) { if (problem.name !== "AbortError") console.warn(problem); }
  }

  show(said) {
    for (const part of ["counters", "checks", "previews", "buttons", "costs"]) {
      const place = document.getElementById(part);
      if (!place || place.innerHTML === said[part] || place.contains(document.activeElement)) continue;
      const open = place.querySelector(".cost-how")?.open;
      place.innerHTML = said[part];
      if (open) place.querySelector(".cost-how")?.setAttribute("open", "");
    }
    if (this.form.elements.zone.value !== said.zone) {
      this.form.elements.zone.value = said.zone;
      this.querySelector("[data-zone]").textContent = said.zone;
    }
  }

  // One at a time: the next save must know the version of the last.
  async save() {
    if (this.busy) { this.saveIn(WAIT); return; }
    clearTimeout(this.saving);
    this.busy = true;
    this.unsaved = false;
    this.say("Saving…");
    try {
      const answer = await this.post(this.dataset.save), said = await answer.json().catch(() => ({}));
      if (answer.ok) this.saved(said);
      else this.refused(answer.status, said);
    } catch { this.unsaved = true; this.say(UNREACHED, true); this.saveIn(AGAIN); }
    this.busy = false;
    this.goOn();
  }

  saved(said) {
    this.form.elements.version.value = said.version;
    if (this.dataset.save !== said.save) {
      this.dataset.save = said.save;
      this.form.action = said.page;
      this.form.elements.post.value = said.page.match(/(\d+)\/$/)[1];
      history.replaceState(null, "", said.page);
    }
    const late = said.problems?.at ?? "", field = this.querySelector("#at-p");
    field.hidden = !late;
    field.querySelector("span").textContent = late;
    const rest = Object.entries(said.problems ?? {}).filter(([about]) => about !== "at").map(([, text]) => text);
    this.say(rest.length ? rest.join(" ") : `${late ? "Saved, but for the time" : "All changes saved"} ${said.saved}`, rest.length > 0);
  }

  refused(status, said) {
    this.unsaved = true;
    this.say(said.problem ?? `The server answered ${status}. Not saved yet.`, true);
    if (status !== 409 || !said.html) return;
    this.clashed = true;
    clearTimeout(this.saving);
    this.querySelector(".clash")?.remove();
    this.form.insertAdjacentHTML("beforebegin", said.html);
    this.querySelector(".clash").scrollIntoView({ block: "center" });
  }

  keepMine(button) {
    this.form.elements.version.value = button.dataset.keepMine;
    this.clashed = false;
    const card = button.closest(".clash") ?? document.querySelector(".clash");
    card.remove();
    if (this.dataset.save) this.save();
  }

  say(words, bad = false) {
    const place = this.querySelector("[data-saved]");
    if (!place) return;
    place.textContent = words;
    place.classList.toggle("err", bad);
  }
}
customElements.define("post-composer", PostComposer);
