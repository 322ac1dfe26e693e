import type {TokenInfo} from "../../contract/tokenInfo";
import {shortLabel, tokenLabel} from "../../text/tokenLabel";
import {visibleText} from "../../text/visibleText";
import type {TokenRow} from "./protocol";

/** Bytes that are written out, more than any readable token has. */
const maxBytes = 256;

/** A token as the view shows it. A hostile file's tokens can be of any length. */
export function tokenRow({id, written, bytes, kind, score, merge}: TokenInfo): TokenRow {
  const label = tokenLabel(bytes);
  const asWritten = shortLabel(visibleText(written));
  return {
    id,
    label: bytes.length === 0 ? "" : label,
    written: asWritten === label || asWritten === "" ? null : asWritten,
    hex: hex(bytes.subarray(0, maxBytes)) + (bytes.length > maxBytes ? " …" : ""),
    bytes: bytes.length,
    kind,
    score,
    merge
  };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
