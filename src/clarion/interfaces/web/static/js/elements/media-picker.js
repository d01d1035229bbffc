// <media-picker data-list=URL data-items=URL>: the library in a dialog of the composer. What is ticked keeps
// its order over searching and paging; Add puts it into the post, where each thing stands once.
import { fetchJson, fetchText } from "clarion/net";

const WAIT = 250; // ms

class MediaPicker extends HTMLElement {
  connectedCallback() {
    this.chosen = [];
    this.place = this.querySelector("[data-list-here]");
    this.dialog = this.closest("dialog");
    this.button = this.querySelector("[data-add]");
    for (const opener of document.querySelectorAll(`[commandfor="${this.dialog.id}"][command=show-modal]`)) opener.addEventListener("click", () => this.open());
    this.addEventListener("change", event => { if (event.target.name === "pick") this.tick(event.target); else this.find(0); });
    this.addEventListener("input", event => { if (event.target.name === "q") this.find(WAIT); });
    this.addEventListener("submit", event => { event.preventDefault(); this.find(0); });
    this.addEventListener("click", event => { const more = event.target.closest("[data-more]"); if (more) this.more(more); });
    this.button.addEventListener("click", () => this.add());
  }

  async open() {
    this.chosen = [];
    this.place.replaceChildren();
    this.say("");
    if (await this.get(this.dataset.list, html => { this.place.innerHTML = html; })) this.place.querySelector("[name=q]").focus();
  }

  find(wait) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.get(this.url(1), html => { this.list.innerHTML = html; }), wait);
  }

  // The new ones stand where the button was, and the first of them has the focus.
  async more(button) {
    const line = button.closest("li");
    await this.get(this.url(button.dataset.more), html => {
      const before = line.previousElementSibling;
      line.insertAdjacentHTML("beforebegin", html);
      line.remove();
      before.nextElementSibling?.querySelector("input").focus();
    });
  }

  get list() { return this.place.querySelector(".picks"); }

  url(page) {
    const asked = new URLSearchParams(new FormData(this.place.querySelector("form")));
    return `${this.dataset.list}?${asked}&page=${page}`;
  }

  // An answer that a later question has overtaken is not shown.
  async get(url, put) {
    const turn = this.turn = (this.turn ?? 0) + 1;
    try {
      const html = await fetchText(url);
      if (turn !== this.turn) return false;
      put(html);
      this.show();
      return true;
    } catch (problem) { this.say(problem.message); return false; }
  }

  tick(box) {
    this.chosen = this.chosen.filter(pk => pk !== box.value);
    if (box.checked) this.chosen.push(box.value);
    this.show();
  }

  show() {
    const here = new Set([...document.querySelectorAll("#pictures [name=media]")].map(field => field.value));
    for (const item of this.list?.querySelectorAll(".lib-pick") ?? []) {
      const box = item.querySelector("input"), number = this.chosen.indexOf(box.value) + 1, inside = here.has(box.value);
      box.checked = inside || number > 0;
      box.disabled = inside || box.hasAttribute("data-never");
      item.querySelector(".pick-n").textContent = number || "";
      item.querySelector(".pick-here").hidden = !inside;
    }
    const none = this.list && !this.list.querySelector(".lib-pick");
    this.place.querySelector(".pick-none").hidden = !none;
    this.button.disabled = !this.chosen.length;
    this.button.textContent = this.chosen.length ? `Add ${this.chosen.length}` : "Add";
  }

  async add() {
    this.button.disabled = true;
    try {
      const said = await fetchJson(`${this.dataset.items}?${new URLSearchParams(this.chosen.map(pk => ["media", pk]))}`);
      document.querySelector("post-composer").dispatchEvent(new CustomEvent("picked", { detail: said.items }));
      this.chosen = [];
      if (!said.problems.length) { this.dialog.close(); return; }
      this.say(said.problems.join(" "));
    } catch (problem) { this.say(problem.message); }
    this.show();
  }

  say(words) {
    const place = this.querySelector(".pick-said");
    place.textContent = words;
    place.hidden = !words;
  }
}
customElements.define("media-picker", MediaPicker);
