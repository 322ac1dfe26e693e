import type {ScoredText} from "../../src/features/logprobs/protocol";
import {utf16Offsets} from "../../src/metrics/textOffsets";
import {visibleText} from "../../src/metrics/visibleText";

/** Characters of a label: more than any token has that a person reads. */
const longestLabel = 200;

const decoder = new TextDecoder("utf-8", {ignoreBOM: true});

/** A scored text as it is drawn: where its tokens stand in it, and what they look like. */
export class ShownText {
  readonly count: number;
  /**
   * N UTF-16 offsets at which tokens end. A token that ends inside a character ends where that character starts. Null
   * where the tokens stand nowhere in the text.
   */
  readonly ends: Uint32Array | null;
  private readonly bytes: Uint8Array;

  constructor(readonly scored: ScoredText) {
    const {text, ids, byteEnds} = scored;
    this.count = ids.length;
    this.ends = byteEnds && utf16Offsets(text, byteEnds);
    this.bytes = new TextEncoder().encode(byteEnds ? text : "");
  }

  start(token: number): number {
    return this.ends?.[token - 1] ?? 0;
  }

  end(token: number): number {
    return this.ends?.[token] ?? 0;
  }

  /** Null where unscored. */
  logprob(token: number): number | null {
    const logprob = this.scored.logprobs[token] ?? Number.NaN;
    return Number.isNaN(logprob) ? null : logprob;
  }

  /**
   * The token on one line, all of it visible (see metrics/visibleText.ts); bytes of a character that it shares with other
   * tokens are written `<0xE2>`. Made when asked for: of most tokens of a long text nobody does.
   */
  label(token: number): string {
    const {byteEnds, texts} = this.scored;
    if (!byteEnds) return shortened(visibleText(texts?.[token] ?? ""));
    // A token without a byte of the text: SentencePiece's own sign for the space it puts in front.
    return shortened(labelOf(this.bytes.subarray(byteEnds[token - 1] ?? 0, byteEnds[token] ?? 0))) || "▁";
  }
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

function shortened(label: string): string {
  return label.length > longestLabel ? `${label.slice(0, longestLabel).toWellFormed()}…` : label;
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
