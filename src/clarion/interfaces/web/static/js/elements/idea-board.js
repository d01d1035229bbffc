// <idea-board>: cards that move between columns by hand, by key, or by the menu each card has.
//
//   section.board-col[data-state] > ol.board-list > li.idea[data-id][data-move=URL]
//   Moving: POST data-move {state, before} -> {text, undo}. Alt + arrows do the same (WCAG 2.5.7).
import { send } from "clarion/net";
import { toast } from "clarion/toast";

const SLACK = 6, HOLD = 280;

class IdeaBoard extends HTMLElement {
  connectedCallback() {
    this.addEventListener("pointerdown", event => this.grab(event));
    this.addEventListener("keydown", event => this.key(event));
    this.addEventListener("dragstart", event => event.preventDefault());
    this.addEventListener("click", event => { if (this.dropped) { event.preventDefault(); event.stopPropagation(); } }, true);
    this.addEventListener("live", event => { if (this.moving || this.querySelector("dialog[open]")) event.stopImmediatePropagation(); }, true);
  }

  lists() { return [...this.querySelectorAll(".board-list")]; }

  key(event) {
    const card = event.target.closest(".idea");
    if (!card || !event.altKey || event.target.closest("dialog")) return;
    const list = card.parentElement, lists = this.lists(), at = lists.indexOf(list);
    const aside = { ArrowRight: 1, ArrowLeft: -1 }[event.key], along = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!aside && !along) return;
    event.preventDefault();
    if (aside && lists[at + aside]) this.move(card, lists[at + aside], lists[at + aside].firstElementChild);
    if (along === -1 && card.previousElementSibling) this.move(card, list, card.previousElementSibling);
    if (along === 1 && card.nextElementSibling) this.move(card, list, card.nextElementSibling.nextElementSibling);
  }

  // Moved at once, and put back with the server's reason if it says no.
  async move(card, list, before) {
    const home = card.parentElement, next = card.nextElementSibling, focus = card.contains(document.activeElement);
    list.insertBefore(card, before ?? null);
    if (focus) card.querySelector(".idea-b").focus();
    this.count();
    try {
      const state = list.closest(".board-col").dataset.state;
      const said = await send(card.dataset.move, { state, before: before?.dataset.id ?? "" });
      toast(said.text, { undo: said.undo });
    } catch (problem) {
      home.insertBefore(card, next);
      this.count();
      toast(problem.message, { bad: true });
    }
  }

  count() {
    for (const list of this.lists()) list.closest(".board-col").querySelector(".count").textContent = list.children.length;
  }

  grab(event) {
    const card = event.target.closest(".idea");
    if (!card || event.button || event.target.closest("dialog, [popover], .idea-more, a")) return;
    const touch = event.pointerType === "touch", from = { x: event.clientX, y: event.clientY };
    const heard = new AbortController(), listen = { signal: heard.signal };
    let ghost, hold, list, before;
    const start = () => {
      const box = card.getBoundingClientRect();
      ghost = card.cloneNode(true);
      ghost.removeAttribute("id");
      ghost.classList.add("drag-ghost");
      Object.assign(ghost.style, { width: `${box.width}px`, left: `${box.left}px`, top: `${box.top}px` });
      document.body.append(ghost);
      card.classList.add("drag");
      this.moving = true;
    };
    const end = drop => {
      heard.abort();
      clearTimeout(hold);
      if (!ghost) return;
      ghost.remove();
      card.classList.remove("drag");
      this.querySelector(".over")?.classList.remove("over");
      this.moving = false;
      this.dropped = true;
      setTimeout(() => { this.dropped = false; });
      if (drop && list && before !== card) this.move(card, list, before);
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
      const column = document.elementFromPoint(moved.clientX, moved.clientY)?.closest(".board-col");
      this.querySelector(".over")?.classList.remove("over");
      column?.classList.add("over");
      list = column?.querySelector(".board-list");
      before = list && [...list.children].find(other => other !== card && other.getBoundingClientRect().top + other.offsetHeight / 2 > moved.clientY);
    }, listen);
    addEventListener("touchmove", moved => { if (ghost) moved.preventDefault(); }, { ...listen, passive: false });
    addEventListener("pointerup", () => end(true), listen);
    addEventListener("pointercancel", () => end(false), listen);
    addEventListener("keydown", pressed => { if (pressed.key === "Escape") end(false); }, listen);
  }
}
customElements.define("idea-board", IdeaBoard);
