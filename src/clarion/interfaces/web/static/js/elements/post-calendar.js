// <post-calendar data-mode="month|week">: makes the server's grid movable.
//
// The grid:  .day[data-date="2026-11-24"]  (data-date="" is the tray of drafts) holds  ol.posts
//            li.post#post-ID[data-id][data-move=URL][data-peek=URL][data-time="14:00"], data-locked
//            where nothing may move; in the week also class q-N, the quarter of the day.
// Moving:    POST data-move {date: "2026-11-24" | "2026-11-24T14:15" | ""}
//            -> {id, date, label, html, undo}   html is the new li, undo the address that takes it back
// Peeking:   GET data-peek -> what stands in #peek; a form.peek-move in it has a field "date".
// Every drag has a twin: Alt + arrow keys, and the field in the peek (WCAG 2.5.7).
import { fetchText, send } from "clarion/net";
import { toast } from "clarion/toast";

const DAY = 864e5, SLACK = 5, HOLD = 280, EDGE = 90, STEP = 12, MOST_SHOWN = 4;
const narrow = matchMedia("(max-width: 860px)");
const plain = date => date.toISOString().slice(0, 10);
const LOCKED = "What is already out keeps its date. Duplicate it to post again.";

class PostCalendar extends HTMLElement {
  connectedCallback() {
    this.addEventListener("pointerdown", event => this.grab(event));
    this.addEventListener("click", event => this.clicked(event));
    this.addEventListener("keydown", event => this.key(event));
    this.addEventListener("submit", event => this.submitted(event));
    // An <img> in the item would start a drag of its own and cancel ours.
    this.addEventListener("dragstart", event => event.preventDefault());
    // Nothing is swapped under a moving hand.
    this.addEventListener("live", event => { if (this.moving) event.stopImmediatePropagation(); }, true);
    this.undone = event => { if (event.detail.html) { event.preventDefault(); this.place(event.detail, true); } };
    document.addEventListener("clarion:undone", this.undone);
    this.watch = new ResizeObserver(() => this.fit());
    this.watch.observe(this);
    this.fit();
    this.swapped = () => this.fit();
    this.addEventListener("htmx:after:settle", this.swapped);
    const today = this.querySelector(".today");
    if (narrow.matches && today?.getBoundingClientRect().top > innerHeight) today.scrollIntoView({ block: "start" });
    const morning = this.querySelector(".week [data-morning]");
    morning?.scrollIntoView({ block: "start" });
  }

  disconnectedCallback() {
    this.watch.disconnect();
    document.removeEventListener("clarion:undone", this.undone);
  }

  day(date) { return this.querySelector(`.day[data-date="${date}"]`); }

  // What does not fit into a day of the month is folded into "+n more".
  fit() {
    if (this.dataset.mode !== "month") return;
    for (const day of this.querySelectorAll(".cal .day")) {
      const posts = [...day.querySelectorAll(".post")], more = day.querySelector(".more");
      const all = narrow.matches || day.classList.contains("open") || posts.length <= MOST_SHOWN;
      const shown = all ? posts.length : MOST_SHOWN - 1;
      posts.forEach((post, i) => { post.hidden = i >= shown; });
      if (!more) continue;
      more.hidden = shown === posts.length;
      more.textContent = `+${posts.length - shown} more`;
    }
  }

  clicked(event) {
    if (this.dropped) { this.dropped = false; event.preventDefault(); event.stopPropagation(); return; }
    const more = event.target.closest(".more");
    if (more) { more.closest(".day").classList.add("open"); this.fit(); return; }
    if (event.target.closest("[data-tray]")) { this.toggleTray(); return; }
    const button = event.target.closest(".post-b");
    // A link goes where it says when it is opened in a new tab; else the peek is quicker.
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.peek(button);
  }

  toggleTray() {
    const tray = this.querySelector(".tray");
    tray.hidden = !tray.hidden;
    this.querySelector("[data-tray][aria-expanded]")?.setAttribute("aria-expanded", String(!tray.hidden));
    this.fit();
  }

  async peek(button) {
    const pop = this.querySelector("#peek"), post = button.closest(".post");
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
    const pop = this.querySelector("#peek");
    pop.hidePopover();
    this.move(this.querySelector(`#${pop.dataset.post}`), event.target.elements.date.value, true);
  }

  key(event) {
    const post = event.target.closest(".post");
    if (!post || !event.altKey || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    const from = post.closest(".day").dataset.date;
    const mirrored = getComputedStyle(this).direction === "rtl" ? -1 : 1;
    const days = { ArrowLeft: -mirrored, ArrowRight: mirrored, ArrowUp: -7, ArrowDown: 7 }[event.key];
    const to = from && plain(new Date(Date.parse(from) + days * DAY));
    if (to && this.day(to)) this.move(post, to, true);
  }

  // Moved at once, saved, and put back with the server's reason if it says no.
  async move(post, date, focus = false) {
    if ("locked" in post.dataset) { toast(LOCKED, { bad: true }); return; }
    const home = post.parentElement, next = post.nextElementSibling;
    this.put(post, this.day(date.slice(0, 10)));
    if (focus) post.querySelector(".post-b").focus();
    try {
      const said = await send(post.dataset.move, { date });
      this.place(said, focus);
      toast(`Moved to ${said.label}`, { undo: said.undo });
    } catch (problem) {
      home.insertBefore(post, next);
      this.fit();
      toast(problem.message, { bad: true });
    }
  }

  put(post, day) {
    if (!day) { post.remove(); return; }
    const list = day.matches("ol") ? day : day.querySelector(".posts"), time = post.dataset.time ?? "99";
    const after = [...list.children].find(other => other !== post && (other.dataset.time ?? "") > time);
    list.insertBefore(post, after ?? null);
    this.fit();
  }

  place(said, focus) {
    this.querySelector(`#post-${CSS.escape(said.id)}`)?.remove();
    const day = this.day(said.date ?? "");
    if (!day) { this.fit(); return; }
    const holder = document.createElement("template");
    holder.innerHTML = said.html.trim();
    const post = holder.content.firstElementChild;
    this.put(post, day);
    post.hidden = false;
    post.classList.add("landed");
    globalThis.htmx?.process(post);
    if (focus) post.querySelector(".post-b").focus();
  }

  // --- the hand --------------------------------------------------------------------------------
  grab(event) {
    const post = event.target.closest(".post");
    if (!post || event.button || "locked" in post.dataset) return;
    const touch = event.pointerType === "touch", from = { x: event.clientX, y: event.clientY };
    const heard = new AbortController(), listen = { signal: heard.signal };
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
      if (y < EDGE) scrollBy(0, -STEP); else if (y > innerHeight - EDGE) scrollBy(0, STEP);
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
    const [h, m] = post.dataset.time.split(":").map(Number);
    const minutes = Math.round((h * 60 + m + (down / hour) * 60) / 15) * 15;
    const within = Math.max(0, Math.min(24 * 60 - 15, minutes));
    return `${date}T${String(Math.floor(within / 60)).padStart(2, "0")}:${String(within % 60).padStart(2, "0")}`;
  }
}
customElements.define("post-calendar", PostCalendar);
