// <caption-picker data-choices=URL>: a slash and a name in any text of the post put a saved caption
// or hashtag group there. Its button does the same for a thumb: it opens the list where one writes.
import { toast } from "clarion/toast";

const TYPED = /(^|\s)\/([\p{L}\p{N}_-]{0,40})$/u, MOST = 8;

class CaptionPicker extends HTMLElement {
  connectedCallback() {
    this.root = this.closest("post-composer") ?? document;
    this.heard = new AbortController();
    const listen = { signal: this.heard.signal };
    this.root.addEventListener("input", event => this.typed(event.target), listen);
    this.root.addEventListener("focusin", event => { if (this.fits(event.target)) this.area = event.target; }, listen);
    this.root.addEventListener("keydown", event => this.key(event), { ...listen, capture: true });
    this.root.addEventListener("focusout", event => { if (event.target === this.area && !this.contains(event.relatedTarget)) setTimeout(() => this.shut(), 150); }, listen);
    this.querySelector("[data-captions]").addEventListener("click", () => this.button(), listen);
    this.list = document.createElement("ul");
    Object.assign(this.list, { className: "caption-list", id: "caption-list", hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Saved captions and hashtag groups");
    this.list.addEventListener("pointerdown", event => { event.preventDefault(); const item = event.target.closest("li"); if (item) this.take(item); }, listen);
    this.append(this.list);
  }

  disconnectedCallback() { this.heard.abort(); }

  fits(node) { return node?.matches?.("textarea[name=text], textarea[name=more], textarea[name^='text-'], textarea[name=first_comment]") && !node.readOnly; }

  async load() {
    this.known ??= fetch(this.dataset.choices, { headers: { Accept: "application/json" }, credentials: "same-origin" })
      .then(answer => answer.json()).then(said => said.captions)
      .catch(() => { this.known = null; toast("The captions could not be loaded. Try again in a moment.", { bad: true }); return []; });
    return this.known;
  }

  // A thumb has no wish for a slash: the button writes it.
  async button() {
    if (!this.list.hidden) { this.shut(); return; }
    const area = this.area?.isConnected && this.area.offsetParent ? this.area : this.root.querySelector(".ed-area textarea[name=text]");
    if (!area) return;
    area.focus();
    const before = area.value.slice(0, area.selectionStart);
    area.setRangeText(!before || /\s$/.test(before) ? "/" : " /", area.selectionStart, area.selectionEnd, "end");
    this.typed(area);
  }

  async typed(area) {
    if (!this.fits(area)) return;
    const found = TYPED.exec(area.value.slice(0, area.selectionStart));
    if (!found) { this.shut(); return; }
    const all = await this.load(), word = found[2].toLowerCase();
    const fit = all.filter(one => one.name.startsWith(word)).concat(all.filter(one => !one.name.startsWith(word) && one.name.includes(word))).slice(0, MOST);
    this.area = area;
    this.start = area.selectionStart - found[2].length - 1;
    this.show(fit, all.length);
  }

  show(fit, n) {
    this.list.replaceChildren(...fit.map((one, at) => {
      const item = document.createElement("li"), name = document.createElement("b"), text = document.createElement("span");
      Object.assign(item, { id: `caption-${at}` });
      item.setAttribute("role", "option");
      item.dataset.text = one.text;
      name.textContent = `/${one.name}`;
      text.textContent = one.text;
      item.append(name, text);
      return item;
    }));
    if (!fit.length && !n) {
      const none = document.createElement("li");
      none.textContent = "Nothing saved yet. Save some on the page Captions.";
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      this.list.append(none);
    }
    this.list.hidden = !this.list.children.length;
    if (this.list.hidden) { this.shut(); return; }
    this.area.setAttribute("aria-controls", "caption-list");
    this.choose(fit.length ? 0 : -1);
  }

  choose(at) {
    this.at = at;
    [...this.list.children].forEach((item, n) => item.setAttribute("aria-selected", String(n === at)));
    if (at >= 0) { this.area.setAttribute("aria-activedescendant", `caption-${at}`); this.list.children[at].scrollIntoView({ block: "nearest" }); }
  }

  key(event) {
    if (this.list.hidden || event.target !== this.area) return;
    const n = this.list.children.length, step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.choose((this.at + step + n) % n);
    else if ((event.key === "Enter" || event.key === "Tab") && this.at >= 0) this.take(this.list.children[this.at]);
    else if (event.key === "Escape") this.shut();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  take(item) {
    if (!item.dataset.text) return;
    this.area.setRangeText(item.dataset.text, this.start, this.area.selectionStart, "end");
    this.shut();
    this.area.focus();
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  shut() {
    this.list.hidden = true;
    this.area?.removeAttribute("aria-activedescendant");
    this.area?.removeAttribute("aria-controls");
  }
}
customElements.define("caption-picker", CaptionPicker);
