/**
 * Characters sent from before the cursor. About llama.vscode's 256 lines; at three characters a token still inside a
 * context of 4096 tokens. The engine cuts further where a model's context is smaller.
 */
export const defaultPrefixLimit = 8192;

/**
 * Characters sent from after the cursor. Few, because a fill-in-the-middle prompt has the suffix behind the prefix: every
 * line finished changes what stands before it, so all of it is evaluated again, while the prefix stays in the KV cache.
 */
export const defaultSuffixLimit = 1024;

/**
 * The text near the cursor that makes a prompt.
 *
 * The far ends lie at line boundaries where one is in reach, that is, where it costs no more than half of the limit; on
 * endless lines they lie anywhere but inside a surrogate pair. The prefix's start moves in steps of a quarter of the
 * limit, not with every key, so that successive prompts begin alike and the KV cache can be used: of a long text the
 * prefix has between half the limit (three quarters, before it is cut to lines) and all of it.
 *
 * @param offset UTF-16 offset of the cursor. @param limits The most UTF-16 units of each part.
 */
export function promptWindow(
  text: string,
  offset: number,
  limits: {readonly prefix: number; readonly suffix: number}
): {prefix: string; suffix: string} {
  return {
    prefix: text.slice(prefixStart(text, offset, limits.prefix), offset),
    suffix: text.slice(offset, suffixEnd(text, offset, limits.suffix))
  };
}

/**
 * The same for a text that is read in parts: `read` gives what stands between two UTF-16 offsets, an end beyond the text's
 * meaning its end. No more than about twice the limits is read.
 */
export function promptPlace(
  offset: number,
  read: (from: number, to: number) => string
): {prefix: string; suffix: string} {
  const step = defaultPrefixLimit / 4;
  // A whole number of steps is left out, so that the prefix begins where it would in the whole text.
  const from = Math.max(0, Math.floor((offset - 2 * defaultPrefixLimit) / step) * step);
  const text = read(from, offset + 2 * defaultSuffixLimit);
  return promptWindow(text, offset - from, {prefix: defaultPrefixLimit, suffix: defaultSuffixLimit});
}

function prefixStart(text: string, offset: number, limit: number): number {
  if (offset <= limit) return 0;
  const step = Math.max(1, Math.floor(limit / 4));
  const start = Math.min(offset, Math.ceil((offset - limit) / step) * step);
  const line = text.indexOf("\n", start - 1) + 1;
  if (line > 0 && offset - line >= limit / 2) return line;
  return isInsidePair(text, start) ? start + 1 : start;
}

function suffixEnd(text: string, offset: number, limit: number): number {
  const end = offset + limit;
  if (end >= text.length) return text.length;
  const lines = text.slice(offset, end).lastIndexOf("\n") + 1;
  if (lines > 0 && lines >= limit / 2) return offset + lines;
  return isInsidePair(text, end) ? end - 1 : end;
}

function isInsidePair(text: string, offset: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(offset - 1, offset + 1));
}
