// Pictures, films and documents into a form: dropped, pasted or chosen; each goes up at once, with its
// progress under the field, and stands in #pictures, as does what is picked from the library.
// What the server refuses is said under the field; the others come in.
import { row, upload } from "clarion/upload";

const here = place => place.querySelector("#pictures");

export function fold(place, url, changed) {
  place.addEventListener("picked", event => {
    for (const html of event.detail) add(place, html);
    changed();
    here(place).lastElementChild?.querySelector("textarea").focus();
  });
  const field = place.querySelector("input[type=file][name=files]"), zone = field?.closest(".m-add");
  place.addEventListener("click", event => {
    if (!event.target.closest("[data-drop-picture]")) return;
    event.target.closest(".m-item").remove();
    changed();
    field?.focus();
  });
  if (!field) return;
  const over = on => event => {
    if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
    event.preventDefault();
    zone.classList.toggle("over", on);
  };
  place.addEventListener("dragover", over(true));
  place.addEventListener("dragleave", over(false));
  place.addEventListener("drop", event => {
    over(false)(event);
    if (event.dataTransfer?.files.length) take(place, url, event.dataTransfer.files, changed);
  });
  place.addEventListener("paste", event => {
    const files = [...(event.clipboardData?.files ?? [])].filter(file => file.type.startsWith("image/"));
    if (files.length) { event.preventDefault(); take(place, url, files, changed); }
  });
  field.addEventListener("change", () => { const files = [...field.files]; field.value = ""; take(place, url, files, changed); });
}

async function take(place, url, files, changed) {
  const said = place.querySelector("#media-p");
  said.replaceChildren();
  for (const [file, line] of [...files].map(file => [file, row(said, file)])) {
    try {
      add(place, (await upload(url, file, line.told)).item);
      line.done();
      changed();
      here(place).lastElementChild?.querySelector("textarea").focus();
    } catch (problem) { line.refused(problem.message.startsWith(file.name) ? problem.message : `${file.name}: ${problem.message}`); }
  }
}

function add(place, html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  const item = holder.content.firstElementChild, pk = item.querySelector("[name=media]").value;
  if (!here(place).querySelector(`[name=media][value="${CSS.escape(pk)}"]`)) here(place).append(item);
}
