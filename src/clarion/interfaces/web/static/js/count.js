// How long a text is, as a network counts it. The server has the last word; this is for the ring.
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?'\])}…]/gu;
const REMOTE = /(?<![\w@/])@(\w(?:[\w.-]*\w)?)@\w(?:[\w.-]*\w)?/gu;
const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

// unit: "graphemes" | "codepoints"; linkCost: what any link counts; freeHost: only @name of @name@host counts
export function count(text, { unit = "graphemes", linkCost, freeHost } = {}) {
  let counted = linkCost ? text.replace(LINK, "x".repeat(Number(linkCost))) : text;
  if (freeHost !== undefined) counted = counted.replace(REMOTE, "@$1");
  if (unit === "codepoints") return [...counted].length;
  let n = 0;
  for (const letter of letters.segment(counted)) n += letter.segment ? 1 : 0;
  return n;
}
