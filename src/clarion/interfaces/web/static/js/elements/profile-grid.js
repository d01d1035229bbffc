// <profile-grid data-swap=URL data-place=URL>: cells change places by hand or by key, and pictures
// of the shelf are dropped on them. Every drag has a twin: Alt + arrows, and the menu of a cell.
//
//   li.pg-cell[data-post] with data-locked where nothing may move, data-placeholder where nothing is said
//   Swapping: POST data-swap {post, with} -> {text, undo}. Placing: POST data-place {picture, onto}.
import { send } from "clarion/net";
import { toast } from "clarion/toast";

const SLACK = 6, HOLD = 280;
const LOCKED = "What is out or on its way keeps its place.";

class ProfileGrid extends HTMLElement {
  connectedCallback() {
    this.addEventListener("pointerdown", event => this.grab(event));
    this.addEventListener("keydown", event => this.key(event));
    this.addEventListener("dragstart", event => event.preventDefault());
    this.addEventListener("click", event => { if (this.dropped) { event.preventDefault(); event.stopPropagation(); } }, true);
    this.addEventListener("live", event => { if (this.moving || this.querySelector(":popover-open")) event.stopImmediatePropagation(); }, true);
    this.again = () => { if (this.kept) this.querySelector(`[data-post="${this.kept}"] .pg-a`)?.focus({ preventScroll: true }); };
    this.addEventListener("htmx:after:swap", this.again);
  }

  key(event) {
    const cell = event.target.closest(".pg-cell"), step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 3, ArrowUp: -3 }[event.key];
    if (!cell || !step || !event.target.matches(".pg-a")) return;
    const cells = [...this.querySelectorAll(".pg-cell")], other = cells[cells.indexOf(cell) + step];
    event.preventDefault();
    if (!other) return;
    if (event.altKey) this.swap(cell, other);
    else other.querySelector(".pg-a").focus();
  }

  async swap(cell, other) {
    if ("locked" in cell.dataset || "locked" in other.dataset) { toast(LOCKED, { bad: true }); return; }
    this.change(cell, other); // at once, and back if the server says no
    if (!(await this.tell(this.dataset.swap, { post: cell.dataset.post, with: other.dataset.post }, cell.dataset.post))) this.change(cell, other);
  }

  change(cell, other) {
    const place = document.createComment("");
    cell.replaceWith(place);
    other.replaceWith(cell);
    place.replaceWith(other);
    cell.querySelector(".pg-a").focus({ preventScroll: true });
  }

  async tell(url, data, focus) {
    try {
      const said = await send(url, data);
      toast(said.text, { undo: said.undo });
      this.kept = focus;
      await this.refresh();
      return true;
    } catch (problem) { toast(problem.message, { bad: true }); return false; }
  }

  async refresh() {
    const here = this.querySelector("#profile"), answer = await fetch(here.getAttribute("hx-get"), { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (!answer.ok) { location.reload(); return; }
    const holder = document.createElement("template");
    holder.innerHTML = (await answer.text()).trim();
    const fresh = holder.content.firstElementChild;
    here.replaceWith(fresh);
    globalThis.htmx?.process(fresh);
    this.again();
  }

  grab(event) {
    const cell = event.target.closest(".pg-cell:not([data-locked])"), picture = event.target.closest("[data-picture]"), thing = picture ?? cell;
    if (!thing || event.button || event.target.closest(".pg-more, [popover]")) return;
    const touch = event.pointerType === "touch", from = { x: event.clientX, y: event.clientY };
    const heard = new AbortController(), listen = { signal: heard.signal };
    let ghost, hold, over;
    const start = () => {
      const box = thing.getBoundingClientRect();
      ghost = thing.cloneNode(true);
      ghost.classList.add("pg-ghost");
      Object.assign(ghost.style, { width: `${box.width}px`, height: `${box.height}px`, left: `${box.left}px`, top: `${box.top}px` });
      document.body.append(ghost);
      thing.classList.add("drag");
      this.moving = true;
    };
    const end = drop => {
      heard.abort();
      clearTimeout(hold);
      if (!ghost) return;
      ghost.remove();
      thing.classList.remove("drag");
      over?.classList.remove("over");
      this.moving = false;
      this.dropped = true;
      setTimeout(() => { this.dropped = false; });
      if (!drop || !over) return;
      const onto = "placeholder" in over.dataset ? over.dataset.post : "";
      if (picture) this.tell(this.dataset.place, { picture: picture.dataset.picture, onto }, onto);
      else if (over !== cell && over.dataset.post) this.swap(cell, over);
    };
    if (touch) hold = setTimeout(start, HOLD);
    addEventListener("pointermove", moved => {
      if (!ghost) {
        if (Math.hypot(moved.clientX - from.x, moved.clientY - from.y) < SLACK) return;
        if (touch) { end(false); return; } // scrolling, not moving
        start();
      }
      moved.preventDefault();
      ghost.style.transform = `translate(${moved.clientX - from.x}px, ${moved.clientY - from.y}px)`;
      over?.classList.remove("over");
      const below = document.elementFromPoint(moved.clientX, moved.clientY);
      over = below?.closest(".pg-cell") ?? (picture ? below?.closest("#profile") : undefined);
      over?.classList.add("over");
    }, listen);
    addEventListener("touchmove", moved => { if (ghost) moved.preventDefault(); }, { ...listen, passive: false });
    addEventListener("pointerup", () => end(true), listen);
    addEventListener("pointercancel", () => end(false), listen);
    addEventListener("keydown", pressed => { if (pressed.key === "Escape") end(false); }, listen);
  }
}
customElements.define("profile-grid", ProfileGrid);
