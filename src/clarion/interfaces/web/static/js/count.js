// How long a text is, as a network counts it: the rules of clarion/text/counting.py, by the same
// names, held together by one table of examples. The server has the last word; this is for the ring.
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?'\])}…]|\[URL\]/gu, LINK_COST = "x".repeat(23);
const W = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}";
const REMOTE = new RegExp(`(?<![${W}@/])@([${W}](?:[${W}.-]*[${W}])?)@[${W}](?:[${W}.-]*[${W}])?`, "gu");
const PICTURE = "(?:[©®]\\uFE0F|(?![©®])\\p{Extended_Pictographic}\\uFE0F?)\\p{Emoji_Modifier}?(?:[\\u{E0020}-\\u{E007E}]+\\u{E007F})?";
const EMOJI = new RegExp(`[0-9#*]\\uFE0F?\\u20E3|[\\u{1F1E6}-\\u{1F1FF}]{2}|${PICTURE}(?:\\u200D${PICTURE})*`, "gu");
const LIGHT = [[0, 4351], [8192, 8205], [8208, 8223], [8242, 8247]];
const RESERVED = /[\\|{}@[\]()<>#*_~]/gu;
const TAG = /<\/?[A-Za-z][^<>]*>/gu, ENTITY = /&(?:lt|gt|amp|quot|#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6}));/gu;
const segments = new Intl.Segmenter(undefined, { granularity: "grapheme" }), encoder = new TextEncoder();

const sum = (parts, weight) => { let n = 0; for (const part of parts) n += weight(part); return n; };
const bytes = text => encoder.encode(text).length;
const isLight = letter => LIGHT.some(([low, high]) => low <= letter.codePointAt(0) && letter.codePointAt(0) <= high);
const found = (text, what) => text.match(what) ?? [];
const understood = (whole, tens, hex) => (tens ? parseInt(tens, 10) : parseInt(hex ?? "0", 16)) > 0xFFFF ? "😀" : "x";

export const RULES = {
  graphemes: text => sum(segments.segment(text), () => 1),
  short_links: text => RULES.graphemes(text.replace(LINK, LINK_COST).replace(REMOTE, "@$1")),
  weighted: text => {
    const composed = text.normalize("NFC").replace(LINK, LINK_COST);
    return 2 * found(composed, EMOJI).length + sum(composed.replace(EMOJI, ""), letter => isLight(letter) ? 1 : 2);
  },
  escaped: text => RULES.codepoints(text) + found(text, RESERVED).length,
  emoji_bytes: text => RULES.codepoints(text.replace(EMOJI, "")) + sum(found(text, EMOJI), bytes),
  entities: text => text.replace(TAG, "").replace(ENTITY, understood).length,
  codepoints: text => sum(text, () => 1),
  utf16: text => text.length,
  utf8: bytes,
};

export function count(text, rule = "graphemes") { return RULES[rule](text); }
