/** Pearson's test: whether counts look like draws from the probabilities that were given. */
export interface ChiSquare {
  readonly statistic: number;
  readonly degrees: number;
  /** How often draws from these probabilities lie at least as far off. */
  readonly p: number;
}

/** Cells that fewer draws are expected in are put together: below it, the statistic is not distributed as chi-square. */
const minExpected = 5;

/** Null where there is nothing to compare: fewer than two cells. */
export function chiSquareTest(
  cells: readonly {readonly probability: number; readonly drawn: number}[],
  draws: number
): ChiSquare | null {
  let statistic = 0;
  let count = 0;
  let expectedOfFew = 0;
  let drawnOfFew = 0;
  const add = (expected: number, drawn: number) => {
    statistic += (drawn - expected) ** 2 / expected;
    count++;
  };
  for (const {probability, drawn} of cells) {
    const expected = probability * draws;
    if (expected >= minExpected) add(expected, drawn);
    else {
      expectedOfFew += expected;
      drawnOfFew += drawn;
    }
  }
  if (expectedOfFew >= minExpected) add(expectedOfFew, drawnOfFew);
  const degrees = count - 1;
  return degrees < 1 ? null : {statistic, degrees, p: upperGamma(degrees / 2, statistic / 2)};
}

/** The regularized upper incomplete gamma function Q(a, x), by its series below a + 1 and its continued fraction above. */
function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; term > sum * Number.EPSILON; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return Math.max(0, 1 - front * sum);
  }
  // Lentz's method.
  let b = x + 1 - a;
  let c = 1 / Number.MIN_VALUE ** 0.5;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 10_000; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    const step = c * d;
    fraction *= step;
    if (Math.abs(step - 1) < 2 * Number.EPSILON) break;
  }
  return front * fraction;
}

/** Lanczos' approximation, good to 15 digits for positive arguments. */
function logGamma(x: number): number {
  const coefficients = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
    -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7
  ];
  const at = x - 1;
  const sum = coefficients.reduce((all, coefficient, i) => all + coefficient / (at + i + 1), 0.9999999999998099);
  const t = at + coefficients.length - 0.5;
  return 0.5 * Math.log(2 * Math.PI) + (at + 0.5) * Math.log(t) - t + Math.log(sum);
}
