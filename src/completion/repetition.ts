/** UTF-16 units of the longest piece that is looked for. */
const maxPieceLength = 32;

/**
 * So often in a row does nobody write a piece of a line with a letter in it and something else ("a, a, a, …"): in 4.2 million
 * lines of code and documents, one file did. What has no letter in it, or nothing else (rulers, tables, zeros), goes on for
 * longer: all but a few of the widest tables in fewer UTF-16 units than these.
 */
const maxTimes = 20;
const maxRunLength = 256;

/** A piece of the line stands in it again and again, so often that the one who writes has lost the thread. */
export function repeatsItself(line: string): boolean {
  /** For each length of a piece: how many units up to here are what stands a piece before them. */
  const same = new Array<number>(maxPieceLength + 1).fill(0);
  for (let index = 1; index < line.length; index++) {
    const unit = line.charCodeAt(index);
    for (let length = 1; length <= Math.min(maxPieceLength, index); length++) {
      const again = line.charCodeAt(index - length) === unit ? (same[length] ?? 0) + 1 : 0;
      same[length] = again;
      if (again === 0) continue;
      const run = again + length;
      if (run >= maxRunLength || (run >= maxTimes * length && saysSomething(line.slice(index + 1 - length, index + 1))))
        return true;
    }
  }
  return false;
}

function saysSomething(piece: string): boolean {
  return /\p{L}/u.test(piece) && new Set(piece).size > 1;
}
