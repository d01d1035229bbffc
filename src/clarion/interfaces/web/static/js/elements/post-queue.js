// The order of a queue: drag by the grip, the arrow buttons of a row, or Alt + arrow up and down on
// its link. What has the focus keeps it, wherever its row goes.
// Moved at once, saved, and put back with the server's reason if it says no. Times follow.
//   <post-queue data-order=URL data-may> ol > li[data-id]; POST order="3 1 2" -> {text, undo}
import { send } from "clarion/net";
import { toast } from "clarion/toast";

class PostQueue extends HTMLElement {
  connectedCallback() {
    if (!("may" in this.dataset)) return;
    this.addEventListener("pointerdown", event => this.grab(event));
    this.addEventListener("keydown", event => this.key(event));
    this.addEventListener("submit", event => this.pressed(event));
    this.addEventListener("dragstart", event => event.preventDefault());
  }

  get items() { return [...this.querySelectorAll("li[data-id]")]; }

  get order() { return this.items.map(item => item.dataset.id).join(" "); }

  key(event) {
    const item = event.target.closest("li[data-id]"), step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!item || !step || !event.altKey) return;
    event.preventDefault();
    this.move(item, step, "a");
  }

  pressed(event) {
    const item = event.target.closest("li[data-id]"), by = event.submitter?.value;
    if (!item || !by) return;
    event.preventDefault();
    this.move(item, Number(by), `button[value="${by}"]`);
  }

  move(item, step, held) {
    const before = this.items, other = before[before.indexOf(item) + step];
    if (!other) return;
    item[step < 0 ? "after" : "before"](other);
    item.querySelector(held).focus();
    this.save(before, held);
  }

  grab(event) {
    const item = event.target.closest(".q-grip")?.closest("li[data-id]");
    if (!item || event.button) return;
    event.preventDefault();
    const before = this.items, heard = new AbortController(), listen = { signal: heard.signal };
    item.classList.add("drag");
    const end = keep => {
      heard.abort();
      item.classList.remove("drag");
      if (!keep) before.forEach(each => each.parentElement.append(each));
      else if (before.some((each, n) => each !== this.items[n])) this.save(before);
    };
    addEventListener("pointermove", moved => {
      const over = document.elementFromPoint(moved.clientX, moved.clientY)?.closest("li[data-id]");
      if (!over || over === item || !this.contains(over)) return;
      const box = over.getBoundingClientRect();
      over[moved.clientY < box.top + box.height / 2 ? "before" : "after"](item);
    }, listen);
    addEventListener("pointerup", () => end(true), listen);
    addEventListener("pointercancel", () => end(false), listen);
    addEventListener("keydown", pressed => { if (pressed.key === "Escape") end(false); }, listen);
  }

  async save(before, held = "a") {
    const focus = document.activeElement?.closest("li[data-id]")?.dataset.id;
    try {
      const said = await send(this.dataset.order, { order: this.order });
      await this.fresh(focus, held);
      toast(said.text, { undo: said.undo });
    } catch (problem) {
      before.forEach(each => each.parentElement.append(each));
      toast(problem.message, { bad: true });
    }
  }

  // The times belong to the places: ask for the list as it is now.
  async fresh(focus, held) {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    this.replaceChildren(...page.querySelector("post-queue").children);
    const item = focus && this.querySelector(`li[data-id="${focus}"]`);
    (item?.querySelector(`${held}:not(:disabled)`) ?? item?.querySelector("button:not(:disabled)"))?.focus();
  }
}
customElements.define("post-queue", PostQueue);
