/** The bytes of Git's escapes in quoted names (quote.c), by the letter after the backslash. */
const escapes: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 34,
  "\\": 92
};

const part = /\\(?:([0-3][0-7]{2})|([abtnvfr"\\]))|([^"\\]+)/y;

/**
 * Reads a name that Git has quoted because of special characters, and returns it with the rest after the closing quote.
 * Undefined if Git doesn't quote like this. Bytes that are not UTF-8 become U+FFFD.
 */
export function readQuoted(text: string): {name: string; rest: string} | undefined {
  if (!text.startsWith('"')) return undefined;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  part.lastIndex = 1;
  let end = 1;
  for (let found = part.exec(text); found !== null; found = part.exec(text)) {
    const [, octal, letter, plain] = found;
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (letter !== undefined) bytes.push(escapes[letter] ?? 0);
    else bytes.push(...encoder.encode(plain));
    end = part.lastIndex;
  }
  if (text[end] !== '"') return undefined;
  return {name: new TextDecoder().decode(Uint8Array.from(bytes)), rest: text.slice(end + 1)};
}
