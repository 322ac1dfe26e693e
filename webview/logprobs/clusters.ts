/** Characters that are drawn with the one before: marks without a width, joiners, skin tones, halves of flags. */
const joining = /^(?:[\p{Mn}\p{Me}\p{Emoji_Modifier}\p{Regional_Indicator}\u{e0020}-\u{e007f}]|\u200d)/u;

const firstJoining = 0x300;
const joiner = 0x200d;

/** UTF-16 units around an offset that are looked at. A longer pile of marks is cut like any other text. */
const reach = 32;

const segmenter = new Intl.Segmenter("en", {granularity: "grapheme"});

/** The end of the character, as a reader counts characters, that an offset cuts in two; the offset itself where it cuts none. */
export function clusterEnd(text: string, offset: number): number {
  const next = text.codePointAt(offset) ?? 0;
  if (next < firstJoining || offset === 0) return offset;
  if (text.charCodeAt(offset - 1) !== joiner && !joining.test(String.fromCodePoint(next))) return offset;
  const from = Math.max(0, offset - reach);
  const until = Math.min(text.length, offset + reach);
  const cut = segmenter.segment(text.slice(from, until)).containing(offset - from);
  if (!cut || cut.index === offset - from) return offset;
  const end = from + cut.index + cut.segment.length;
  return end === until && until < text.length ? offset : end;
}
