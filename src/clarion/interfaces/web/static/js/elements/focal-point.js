// <focal-point data-cuts=URL>: a click on the picture, or the arrow keys, fill the two fields of the form; the
// server draws what each network would leave of it, by the recipe that will be carried out.
import { fetchText } from "clarion/net";
import { toast } from "clarion/toast";

const WAIT = 150, STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }; // ms, percent

class FocalPoint extends HTMLElement {
  connectedCallback() {
    this.fields = ["id_focus_x", "id_focus_y"].map(id => document.getElementById(id));
    this.pad = this.querySelector("[data-pad]");
    this.pad.disabled = false;
    this.pad.addEventListener("click", event => this.clicked(event));
    this.pad.addEventListener("keydown", event => this.key(event));
    this.querySelector("[data-middle]").addEventListener("click", () => this.put("", ""));
    for (const field of this.fields) field.addEventListener("input", () => this.draw());
    this.dot();
  }

  get point() { return this.fields.every(field => field.value) ? this.fields.map(field => Number(field.value)) : [50, 50]; }

  clicked(event) {
    if (!event.detail) return; // Enter or Space: there is no place in it
    const box = this.pad.getBoundingClientRect();
    this.put((event.clientX - box.left) / box.width * 100, (event.clientY - box.top) / box.height * 100);
  }

  key(event) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const [x, y] = this.point, far = event.shiftKey ? 10 : 1;
    this.put(x + step[0] * far, y + step[1] * far);
  }

  put(...point) {
    point.forEach((value, n) => { this.fields[n].value = value === "" ? "" : Math.round(Math.max(0, Math.min(100, value))); });
    this.draw();
  }

  dot() {
    const [x, y] = this.point, mark = this.querySelector(".fp-dot");
    mark.style.left = `${x}%`;
    mark.style.top = `${y}%`;
  }

  draw() {
    this.dot();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    const turn = this.turn = (this.turn ?? 0) + 1, [x, y] = this.point;
    try {
      const html = await fetchText(`${this.dataset.cuts}?x=${x}&y=${y}`);
      if (turn === this.turn) this.querySelector("#cuts").outerHTML = html;
    } catch (problem) { toast(problem.message, { bad: true }); }
  }
}
customElements.define("focal-point", FocalPoint);
