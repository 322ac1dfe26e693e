import {visibleText} from "./visibleText";

/** Characters of a label: more than any token has that a person reads. */
const maxLabelLength = 200;

const decoder = new TextDecoder("utf-8", {ignoreBOM: true});

/**
 * A token's bytes on one line, all of them visible (see visibleText.ts); bytes of a character that it shares with other
 * tokens are written `<0xE2>`.
 */
export function tokenLabel(bytes: Uint8Array): string {
  // A token without a byte of the text: SentencePiece's own sign for the space it puts in front.
  return shortLabel(labelOf(bytes)) || "▁";
}

export function shortLabel(label: string): string {
  return label.length > maxLabelLength ? `${label.slice(0, maxLabelLength).toWellFormed()}…` : label;
}

function labelOf(bytes: Uint8Array): string {
  let label = "";
  let at = 0;
  while (at < bytes.length) {
    const whole = wholeCharacters(bytes, at);
    if (whole > at) label += visibleText(decoder.decode(bytes.subarray(at, whole)));
    else label += `<0x${(bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, "0")}>`;
    at = Math.max(whole, at + 1);
  }
  return label;
}

/** Where the run of complete characters ends that starts at `start`; `start` where none does. */
function wholeCharacters(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length) {
    const next = at + characterLength(bytes[at] ?? 0);
    if (next === at || next > bytes.length) break;
    at = next;
  }
  return at;
}

/** Bytes of the UTF-8 character that starts with this byte; 0 for a byte that starts none. */
function characterLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc0) return 0;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
