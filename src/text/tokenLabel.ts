import {visibleText} from "./visibleText";

/** Maximum characters of a label, more than any readable token has. */
const maxLabelLength = 200;

const decoder = new TextDecoder("utf-8", {ignoreBOM: true});

/**
 * A token's bytes on one line, with nothing invisible (see visibleText.ts). Bytes of a character that is split over
 * several tokens are written like `<0xE2>`.
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
  while (at < bytes.length) {
    const whole = wholeCharacters(bytes, at);
    if (whole > at) label += visibleText(decoder.decode(bytes.subarray(at, whole)));
    else label += `<0x${(bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, "0")}>`;
    at = Math.max(whole, at + 1);
  }
  return label;
}

/** The end of the complete characters that start at `start`; `start` if there are none. */
function wholeCharacters(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length) {
    const next = at + characterLength(bytes[at] ?? 0);
    if (next === at || next > bytes.length) break;
    at = next;
  }
  return at;
}

/** The length in bytes of the UTF-8 character with this first byte; 0 if the byte starts no character. */
function characterLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc0) return 0;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
