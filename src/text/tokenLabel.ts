import {visibleText} from "./visibleText";

/** Maximum characters of a label, more than any readable token has. */
const maxLabelLength = 200;

const decoder = new TextDecoder("utf-8", {ignoreBOM: true});

/**
 * A token's bytes on one line, with nothing invisible (see visibleText.ts). Bytes that are not UTF-8, such as a part of a character
 * that is split over several tokens, are written like `⟨E2 96⟩`. So tokens of different bytes have different labels, as far as
 * visibleText tells their characters apart.
 */
export function tokenLabel(bytes: Uint8Array): string {
  // A token without a byte of the text is the space that SentencePiece puts in front: shown as SentencePiece's own
  // sign.
  return shortLabel(labelOf(bytes)) || "▁";
}

export function shortLabel(label: string): string {
  return label.length > maxLabelLength ? `${label.slice(0, maxLabelLength).toWellFormed()}…` : label;
}

function labelOf(bytes: Uint8Array): string {
  let label = "";
  let at = 0;
  while (at < bytes.length && label.length <= maxLabelLength) {
    const whole = skip(bytes, at, true);
    if (whole > at) label += visibleText(decoder.decode(bytes.subarray(at, whole)));
    at = skip(bytes, whole, false);
    if (at > whole) label += `⟨${Array.from(bytes.subarray(whole, at), hex).join(" ")}⟩`;
  }
  return label;
}

/** The end of the whole characters from `start` on, or of the bytes that are none. */
function skip(bytes: Uint8Array, start: number, characters: boolean): number {
  let at = start;
  while (at < bytes.length) {
    const length = characterLength(bytes, at);
    if (length > 0 !== characters) break;
    at += Math.max(1, length);
  }
  return at;
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}

/** The length in bytes of the UTF-8 character at an offset; 0 if there is no whole one. */
function characterLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  for (let next = at + 1; next < at + length; next++) if (((bytes[next] ?? 0) & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1] ?? 0;
  // Longer forms than needed, surrogates, and what is beyond Unicode.
  if ((lead === 0xe0 && second < 0xa0) || (lead === 0xed && second >= 0xa0)) return 0;
  if ((lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second >= 0x90)) return 0;
  return length;
}
