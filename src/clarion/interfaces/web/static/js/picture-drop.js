// Pictures into a form: dropped, pasted or chosen; each goes up at once and stands in #pictures.
// What the server refuses is said under the field; the others come in.
const here = place => place.querySelector("#pictures");

export function fold(place, url, changed) {
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
  const said = place.querySelector("#media-p"), data = new FormData();
  for (const file of files) data.append("files", file);
  said.replaceChildren(line(`Taking in ${files.length === 1 ? files[0].name : `${files.length} pictures`}…`, "hint"));
  try {
    const answer = await fetch(url, {
      method: "POST", body: data, credentials: "same-origin",
      headers: { "X-CSRFToken": document.body.dataset.csrf, Accept: "application/json" },
    });
    const told = await answer.json().catch(() => ({}));
    const problems = answer.ok ? told.problems : [told.problem ?? `The server answered ${answer.status}. Try again.`];
    for (const item of told.items ?? []) add(place, item);
    said.replaceChildren(...problems.map(problem => line(problem, "err")));
    if (told.items?.length) { changed(); here(place).lastElementChild.querySelector("textarea").focus(); }
  } catch { said.replaceChildren(line("The server could not be reached. Add the pictures again in a moment.", "err")); }
}

function add(place, html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  const item = holder.content.firstElementChild, pk = item.querySelector("[name=media]").value;
  if (!here(place).querySelector(`[name=media][value="${CSS.escape(pk)}"]`)) here(place).append(item);
}

function line(words, css) {
  const made = document.createElement("p");
  made.className = css;
  made.textContent = words;
  return made;
}
