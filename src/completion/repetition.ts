/** Max UTF-16 units of a repeated piece. */
const maxPieceLength = 32;

/**
 * Max repetitions in a row of a piece with a letter and another character ("a, a, a, …"). In 4.2 million lines of code
 * and documents only one file has more. Other pieces (rulers, tables, zeros) may repeat for up to `maxRunLength` UTF-16
 * units, which only a few of the widest tables exceed.
 */
const maxTimes = 20;
const maxRunLength = 256;

/** Whether a piece of the line repeats more often than people write it: the model is stuck in a loop. */
export function repeatsItself(line: string): boolean {
  /** Per length of a piece: how many units up to here equal the unit one piece earlier. */
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
