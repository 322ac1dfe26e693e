/**
 * Max UTF-16 units before the cursor. About llama.vscode's 256 lines; at three characters per token they fit into a
 * context of 4096 tokens. The engine cuts more for a smaller context.
 */
export const defaultPrefixLimit = 8192;

/**
 * Max UTF-16 units after the cursor. Few, because the suffix stands behind the prefix in the prompt: each new line
 * changes the prefix, and the suffix must be evaluated again, while the prefix stays in the KV cache.
 */
export const defaultSuffixLimit = 1024;

/**
 * The text around the cursor that goes into a prompt.
 *
 * Prefix and suffix are cut at line boundaries, unless that costs more than half of the limit; in very long lines they
 * are cut anywhere but inside a surrogate pair. The start of the prefix moves in steps of a quarter of the limit and
 * not with every key. So the next prompt begins alike, and the KV cache can be used.
 *
 * @param offset UTF-16 offset of the cursor. @param limits Max UTF-16 units of each part.
 * @param before UTF-16 units of the document before `text`, if `text` is only a part of it. That part must exceed both
 * limits.
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
