// <library-drop data-upload=URL>: around a form that works without it. Files dropped or chosen go up in
// pieces, one after the other, each with its progress; then the page shows them. Refusals stay to be read.
import { row, upload } from "clarion/upload";

class LibraryDrop extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector("input[type=file]"), zone = field.closest("label");
    this.querySelector("[data-plain]").hidden = true;
    const over = on => event => { event.preventDefault(); zone.classList.toggle("over", on); };
    this.addEventListener("dragover", over(true));
    this.addEventListener("dragleave", over(false));
    this.addEventListener("drop", event => { over(false)(event); this.take([...event.dataTransfer.files]); });
    field.addEventListener("change", () => { const files = [...field.files]; field.value = ""; this.take(files); });
    this.leave = event => { if (this.busy) event.preventDefault(); };
    addEventListener("beforeunload", this.leave);
  }

  disconnectedCallback() { removeEventListener("beforeunload", this.leave); }

  async take(files) {
    const list = this.querySelector("[role=status]"), lines = files.map(file => row(list, file));
    this.busy = (this.busy ?? 0) + 1;
    for (const [n, file] of files.entries()) {
      try {
        await upload(this.dataset.upload, file, lines[n].told);
        lines[n].done();
        this.added = true;
      } catch (problem) { lines[n].refused(problem.message.startsWith(file.name) ? problem.message : `${file.name}: ${problem.message}`); }
    }
    this.busy -= 1;
    if (this.busy || !this.added) return;
    if (!list.querySelector(".err")) location.reload();
    else if (!list.querySelector("a")) this.offer(list);
  }

  offer(list) {
    const link = document.createElement("a");
    link.className = "btn small";
    link.href = location.href;
    link.textContent = "Show what was added";
    list.append(link);
  }
}
customElements.define("library-drop", LibraryDrop);
