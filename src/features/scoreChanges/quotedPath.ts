/** What follows a backslash in a name that Git has quoted (quote.c), as bytes. */
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
 * Reads a name that Git has put in quotes because of what is in it, and returns it with what follows the closing quote.
 * Undefined where that is not how Git quotes. Bytes that are no UTF-8 become U+FFFD.
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
