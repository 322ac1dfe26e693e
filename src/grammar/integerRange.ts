import {repeated} from "./gbnf";

/**
 * The whole numbers from `min` to `max` in decimal, both inclusive, without leading zeros and without "-0".
 * @param maxDigits Digits of a number towards which there is no bound.
 */
export function integerRange(min: number, max: number, maxDigits: number): string {
  const parts: string[] = [];
  if (min < 0) parts.push(`"-" ( ${natural(Math.max(1, -max), -min, maxDigits)} )`);
  if (max >= 0) parts.push(natural(Math.max(0, min), max, maxDigits));
  return `( ${parts.join(" | ")} )`;
}

function natural(min: number, max: number, maxDigits: number): string {
  const low = String(min);
  const high = max === Number.POSITIVE_INFINITY ? null : String(max);
  const parts: string[] = [];
  for (let length = low.length; length <= (high ?? low).length; length++)
    parts.push(
      between(
        length === low.length ? low : `1${"0".repeat(length - 1)}`,
        length === high?.length ? high : "9".repeat(length)
      )
    );
  // Longer ones than the lower bound, without end.
  if (high === null && low.length < maxDigits) parts.push(`[1-9] ${digits(low.length, maxDigits - 1)}`);
  return parts.join(" | ");
}

/** Numbers between two of the same length. */
function between(low: string, high: string): string {
  if (low === "") return "";
  const [first, last] = [Number(low[0]), Number(high[0])];
  const [lowRest, highRest] = [low.slice(1), high.slice(1)];
  const {length} = lowRest;
  const [zeros, nines] = ["0".repeat(length), "9".repeat(length)];
  if (lowRest === zeros && highRest === nines) return joined(digit(first, last), digits(length, length));
  if (first === last) return joined(digit(first, first), between(lowRest, highRest));
  const parts: string[] = [];
  const whole: [number, number] = [lowRest === zeros ? first : first + 1, highRest === nines ? last : last - 1];
  if (lowRest !== zeros) parts.push(joined(digit(first, first), between(lowRest, nines)));
  if (whole[0] <= whole[1]) parts.push(joined(digit(...whole), digits(length, length)));
  if (highRest !== nines) parts.push(joined(digit(last, last), between(zeros, highRest)));
  return `( ${parts.join(" | ")} )`;
}

function digit(from: number, to: number): string {
  return from === to ? `"${from}"` : `[${from}-${to}]`;
}

function digits(min: number, max: number): string {
  return repeated("[0-9]", min, max);
}

function joined(first: string, rest: string): string {
  return rest === "" ? first : `${first} ${rest}`;
}
