// <post-calendar data-mode="month|week|list" data-zone>: makes the server's grid movable.
//
// The grid:  .day[data-date="2026-11-24"]  (data-date="" is the tray) holds  ol.posts
//            li.post#post-ID[data-id][data-move=URL][data-peek=URL][data-time="14:00"], data-locked
//            where nothing may move; in the week also class q-N, the quarter of the day.
// Moving:    POST data-move {date: "2026-11-24" | "2026-11-24T14:15" | "", zone}
//            -> {id, date, text, html, undo}   html is the new li, undo the address that takes it back
// Peeking:   GET data-peek -> what stands in #peek; a form.peek-move in it has a field "date".
// Choosing:  as in choosing.js; a chosen post is dragged with all the others.
// Every drag has a twin: Alt + arrow keys, and the field in the peek (WCAG 2.5.7).
import { fetchText, send } from "clarion/net";
import { Choosing } from "clarion/choosing";
import { toast } from "clarion/toast";

const DAY = 864e5, SLACK = 5, HOLD = 280, EDGE = 90, STEP = 12, QUARTER = 15, LAST = 24 * 60 - QUARTER, TRAY = "clarion.tray";
const narrow = matchMedia("(max-width: 860px)");
const plain = date => date.toISOString().slice(0, 10);
const LOCKED = "What is out or on its way keeps its date. Open it and press “Write again” to post it once more.";

class PostCalendar extends Choosing(HTMLElement) {
  connectedCallback() {
    this.addEventListener("pointerdown", event => this.grab(event));
    this.addEventListener("click", event => this.clicked(event));
    this.addEventListener("keydown", event => this.key(event));
    this.addEventListener("submit", event => this.submitted(event));
    // An <img> in the item would start a drag of its own and cancel ours.
    this.addEventListener("dragstart", event => event.preventDefault());
    // Nothing is swapped under a moving hand.
    this.addEventListener("live", event => { if (this.moving) event.stopImmediatePropagation(); }, true);
    this.undone = event => {
      const said = event.detail;
      if (!said.html && !said.batch) return;
      event.preventDefault();
      if (said.html) this.place(said, true); else { toast(said.text); this.again(); }
    };
    document.addEventListener("clarion:undone", this.undone);
    this.remember = () => { this.scrolled = this.querySelector(".week")?.scrollTop; this.kept = this.contains(document.activeElement) ? document.activeElement.closest(".post")?.id : undefined; };
    this.beginChoosing();
    this.restore = () => { this.scroll(); this.tray(this.shown); this.chooseAgain(); if (this.kept) this.querySelector(`#${this.kept} .post-b`)?.focus({ preventScroll: true }); };
    this.addEventListener("htmx:before:swap", this.remember);
    this.addEventListener("htmx:after:swap", this.restore);
    this.querySelector("button[data-tray]").hidden = !this.querySelector(".tray");
    this.tray(localStorage.getItem(TRAY) !== "off");
    if (narrow.matches) this.querySelector(".today")?.scrollIntoView({ block: "start" });
    this.scrolled = this.querySelector(".week [data-morning]")?.offsetTop ?? 0;
    this.scroll();
  }

  disconnectedCallback() {
    document.removeEventListener("clarion:undone", this.undone);
  }

  day(date) { return this.querySelector(`.day[data-date="${date}"]`); }

  clicked(event) {
    if (this.dropped) { this.dropped = false; event.preventDefault(); event.stopPropagation(); return; }
    if (this.choseBy(event)) return;
    if (event.target.closest("[data-print]")) { print(); return; }
    if (event.target.closest("[data-tray]")) { this.tray(!this.shown); localStorage.setItem(TRAY, this.shown ? "on" : "off"); return; }
    if (event.target.closest("[data-shut]")) { this.querySelector("#peek").hidePopover(); return; }
    if (event.target.closest("[data-unplan]")) { this.peeked(""); return; }
    const link = event.target.closest(".post-b, a[data-peek]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.peek(link);
  }

  again() {
    const body = this.querySelector("#cal-body");
    globalThis.htmx.ajax("GET", body.getAttribute("hx-get"), { target: body, swap: "outerHTML" });
  }

  days(from, to) { return Math.round((Date.parse(to) - Date.parse(from)) / DAY); }

  scroll() { const week = this.querySelector(".week"); if (week) week.scrollTop = this.scrolled; }

  tray(shown) {
    this.shown = shown;
    const tray = this.querySelector(".tray");
    if (tray) tray.hidden = !shown;
    this.querySelector("button[data-tray]").setAttribute("aria-expanded", String(shown));
  }

  async peek(button) {
    const pop = this.querySelector("#peek"), post = button.closest("[data-peek]");
    try { pop.innerHTML = await fetchText(post.dataset.peek); }
    catch (problem) { toast(problem.message, { bad: true }); return; }
    globalThis.htmx?.process(pop);
    pop.dataset.post = post.id;
    pop.showPopover();
    this.beside(pop, button.getBoundingClientRect());
    pop.querySelector("input, a, button")?.focus({ preventScroll: true });
  }

  beside(pop, from) {
    const { offsetWidth: width, offsetHeight: height } = pop;
    let left = from.right + 8;
    if (left + width > innerWidth - 8) left = from.left - width - 8;
    if (left < 8) left = Math.max(8, (innerWidth - width) / 2);
    pop.style.left = `${left}px`;
    pop.style.top = `${Math.max(8, Math.min(from.top - 20, innerHeight - height - 12))}px`;
  }

  submitted(event) {
    if (!event.target.matches(".peek-move")) return;
    event.preventDefault();
    this.peeked(event.target.elements.date.value);
  }

  peeked(date) {
    const pop = this.querySelector("#peek");
    pop.hidePopover();
    this.move(this.querySelector(`#${pop.dataset.post}`), date, true);
  }

  key(event) {
    const post = event.target.closest(".post");
    if (!post) return;
    if (this.choseWithKey(event, post)) return;
    if (!event.key.startsWith("Arrow") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const mirrored = getComputedStyle(this).direction === "rtl" ? -1 : 1;
    const [across, down] = { ArrowLeft: [-mirrored, 0], ArrowRight: [mirrored, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.altKey) this.nudge(post, across, down);
    else if (down) this.along(post, down);
    else this.beyond(post, across);
  }

  // Alt + arrows: a day; in the month also a week, in the week a quarter of an hour.
  nudge(post, across, down) {
    const from = post.closest(".day")?.dataset.date;
    if (!from) return;
    if (down && this.dataset.mode === "week") { this.move(post, `${from}T${this.clock(post, down * QUARTER)}`, true); return; }
    this.move(post, plain(new Date(Date.parse(from) + (across || down * 7) * DAY)), true);
  }

  clock(post, minutes) {
    const [h, m] = post.dataset.time.split(":").map(Number);
    const at = Math.max(0, Math.min(LAST, h * 60 + m + minutes));
    return `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
  }

  along(post, step) {
    const all = [...this.querySelectorAll(".post")];
    all[all.indexOf(post) + step]?.querySelector(".post-b").focus();
  }

  // To the nearest day on that side that holds something.
  beyond(post, step) {
    const days = [...this.querySelectorAll(".day")].filter(day => day.querySelector(".post")), at = days.indexOf(post.closest(".day"));
    days[at + step]?.querySelector(".post-b").focus();
  }

  // Moved at once, saved, and put back with the server's reason if it says no.
  async move(post, date, focus = false) {
    const from = post.closest(".day")?.dataset.date, shift = from && date ? this.days(from, date.slice(0, 10)) : 0;
    if (shift && this.picked.size > 1 && this.picked.has(post.dataset.id.split("-")[0])) { this.together(`move:${shift}`); return; }
    if ("locked" in post.dataset) { toast(LOCKED, { bad: true }); return; }
    const home = post.parentElement, next = post.nextElementSibling;
    this.put(post, this.day(date.slice(0, 10)));
    if (focus) post.querySelector(".post-b").focus();
    try {
      const said = await send(post.dataset.move, { date, zone: this.dataset.zone, own: post.dataset.own ?? "" });
      this.place(said, focus);
      toast(said.text, { undo: said.undo });
    } catch (problem) {
      home.insertBefore(post, next);
      if (focus) post.querySelector(".post-b").focus();
      toast(problem.message, { bad: true });
    }
  }

  put(post, day) {
    if (!day) { post.remove(); return; }
    const list = day.matches("ol") ? day : day.querySelector(".posts"), time = post.dataset.time ?? "99";
    const after = [...list.children].find(other => other !== post && (other.dataset.time ?? "") > time);
    list.insertBefore(post, after ?? null);
  }

  place(said, focus) {
    this.querySelector(`#post-${CSS.escape(said.id)}`)?.remove();
    const day = this.day(said.date ?? "");
    if (!day) return;
    const holder = document.createElement("template");
    holder.innerHTML = said.html.trim();
    const post = holder.content.firstElementChild;
    this.put(post, day);
    post.classList.add("landed");
    globalThis.htmx?.process(post);
    if (focus) post.querySelector(".post-b").focus();
  }

  // --- the hand --------------------------------------------------------------------------------
  grab(event) {
    const post = event.target.closest(".post");
    if (!post || event.button || "locked" in post.dataset || event.target.matches(".tick")) return;
    const touch = event.pointerType === "touch", from = { x: event.clientX, y: event.clientY };
    const heard = new AbortController(), listen = { signal: heard.signal };
    const scrolled = this.querySelector(".week")?.scrollTop ?? 0;
    let ghost, over, hold, down = 0;
    const start = () => {
      const box = post.getBoundingClientRect();
      ghost = post.cloneNode(true);
      ghost.removeAttribute("id");
      ghost.classList.add("drag-ghost");
      Object.assign(ghost.style, { width: `${box.width}px`, left: `${box.left}px`, top: `${box.top}px` });
      document.body.append(ghost);
      post.classList.add("drag");
      document.body.classList.add("dragging");
      this.moving = true;
    };
    const follow = (x, y) => {
      ghost.style.transform = `translate(${x - from.x}px, ${y - from.y}px)`;
      const day = document.elementFromPoint(x, y)?.closest(".day");
      if (day !== over) { over?.classList.remove("over"); over = day; day?.classList.add("over"); }
      const step = y < EDGE ? -STEP : y > innerHeight - EDGE ? STEP : 0;
      if (step) (this.querySelector(".week") ?? window).scrollBy(0, step);
    };
    const end = drop => {
      heard.abort();
      clearTimeout(hold);
      if (!ghost) return;
      ghost.remove();
      document.body.classList.remove("dragging");
      post.classList.remove("drag");
      over?.classList.remove("over");
      this.moving = false;
      this.dropped = true;
      setTimeout(() => { this.dropped = false; });
      if (drop && over && (over !== post.closest(".day") || this.dataset.mode === "week")) this.move(post, this.when(over, post, down));
    };
    if (touch) hold = setTimeout(start, HOLD);
    addEventListener("pointermove", moved => {
      down = moved.clientY - from.y;
      if (!ghost) {
        if (Math.hypot(moved.clientX - from.x, down) < SLACK) return;
        if (touch) { end(false); return; } // scrolling, not moving
        start();
      }
      moved.preventDefault();
      down += (this.querySelector(".week")?.scrollTop ?? 0) - scrolled;
      follow(moved.clientX, moved.clientY);
    }, listen);
    addEventListener("touchmove", moved => { if (ghost) moved.preventDefault(); }, { ...listen, passive: false });
    addEventListener("pointerup", () => end(true), listen);
    addEventListener("pointercancel", () => end(false), listen);
    addEventListener("keydown", pressed => { if (pressed.key === "Escape") end(false); }, listen);
  }

  // In the week, how far down it was dropped says the time, to the quarter of an hour.
  when(day, post, down) {
    const date = day.dataset.date;
    if (this.dataset.mode !== "week" || !post.dataset.time || !date) return date;
    const hour = parseFloat(getComputedStyle(this.querySelector(".week")).getPropertyValue("--hh"));
    return `${date}T${this.clock(post, Math.round(((down / hour) * 60) / QUARTER) * QUARTER)}`;
  }
}
customElements.define("post-calendar", PostCalendar);
