// One file to our own server, in pieces. What has arrived stays there: after a broken line, or when the
// same file is chosen again, it goes on from where it stopped. `told(words, done)`: how far it is, 0 to 1.
import { fetchJson, Problem, send } from "clarion/net";

const PIECE = 2 ** 21, TRIES = 6, LOOK = 800; // bytes, times, ms
const rest = ms => new Promise(go => setTimeout(go, ms));

export async function upload(url, file, told) {
  const key = `${file.name} ${file.size} ${file.lastModified}`;
  let now = await send(url, { name: file.name, size: file.size, key });
  for (let failed = 0; now.state === "receiving";) {
    told("Sending", now.received / file.size);
    const piece = file.slice(now.received, now.received + PIECE, "application/octet-stream");
    try {
      now = await send(`${now.url}?offset=${now.received}`, piece);
      failed = 0;
    } catch (problem) {
      const passes = problem.status === 0 || problem.status === 409 || problem.status >= 500;
      if (!passes || ++failed === TRIES) throw problem;
      await rest(LOOK * 2 ** failed);
      now = await fetchJson(now.url).catch(() => now);
    }
  }
  while (now.state === "checking") {
    told("Checking", now.checked ? now.checked / 100 : undefined);
    await rest(LOOK);
    now = await fetchJson(now.url);
  }
  if (now.state === "refused") throw new Problem(now.problem, 422);
  return now;
}

// A line for one file, in `list`: its name, a bar, and what became of it.
export function row(list, file) {
  const line = document.createElement("p"), bar = document.createElement("progress"), words = document.createElement("span");
  line.className = "up-row small";
  bar.setAttribute("aria-label", `Sending ${file.name}`);
  bar.max = 1;
  words.textContent = file.name;
  line.append(words, bar);
  list.append(line);
  return {
    told(what, done) {
      if (done === undefined) bar.removeAttribute("value"); else bar.value = done;
      words.textContent = `${what} ${file.name}${done === undefined ? "…" : `, ${Math.round(done * 100)}%`}`;
    },
    done() { line.remove(); },
    refused(problem) { line.className = "err"; line.textContent = problem; },
  };
}
