/** UTF-16 length of the whole words with which both names begin, and behind which both have more. */
export function sharedStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  if (length === Math.min(a.length, b.length)) length--;
  return /^.*[\s\-_.,·:/]/su.exec(a.slice(0, Math.max(0, length)))?.[0].length ?? 0;
}
