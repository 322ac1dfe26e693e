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
 * @param before UTF-16 units of the document that stand before `text`, where that is only a part: one that goes on for more
 * than the limits on both sides of the cursor.
 */
export function promptWindow(
  text: string,
  offset: number,
  limits: {readonly prefix: number; readonly suffix: number},
  before = 0
): {prefix: string; suffix: string} {
  return {
    prefix: text.slice(prefixStart(text, offset, limits.prefix, before), offset),
    suffix: text.slice(offset, suffixEnd(text, offset, limits.suffix))
  };
}

function prefixStart(text: string, offset: number, limit: number, before: number): number {
  if (before + offset <= limit) return 0;
  const step = Math.max(1, Math.floor(limit / 4));
  const start = Math.min(offset, Math.ceil((before + offset - limit) / step) * step - before);
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
