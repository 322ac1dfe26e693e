import {setImmediate} from "node:timers/promises";
import {codePoints, utf8Length} from "../text/textOffsets";

/** UTF-16 units whose characters and bytes are counted before others have their turn. */
const measuredAtOnce = 1 << 20;

/** The characters (code points) and UTF-8 bytes of a text. Gives others their turn in between: a text may have megabytes. */
export async function measure(text: string, signal: AbortSignal): Promise<{characters: number; bytes: number}> {
  const sums = {characters: 0, bytes: 0};
  for (let start = 0; start < text.length; ) {
    const end = start + measuredAtOnce;
    // No character is cut in half.
    const part = text.slice(start, (text.codePointAt(end - 1) ?? 0) > 0xffff ? end + 1 : end);
    sums.characters += codePoints(part);
    sums.bytes += utf8Length(part);
    start += part.length;
    if (start < text.length) await setImmediate();
    signal.throwIfAborted();
  }
  return sums;
}
