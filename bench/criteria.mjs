// Criteria that decide by the tokens' probabilities how much of a completion to show, and their evaluation.

const logOf = (least) => (least <= 0 ? Number.NEGATIVE_INFINITY : Math.log(least));

/** The number of tokens before the first with `value(sum, i, logprob)` below the threshold. */
function cutWhere(value) {
  return (logprobs, least) => {
    let sum = 0;
    for (let i = 0; i < logprobs.length; i++) {
      sum += logprobs[i];
      if (value(sum, i, logprobs[i]) < logOf(least)) return i;
    }
    return logprobs.length;
  };
}

/** All tokens or none, by the geometric mean of the first `count` of them. */
function gate(count) {
  return (logprobs, least) => {
    const first = logprobs.slice(0, count);
    const mean = first.reduce((sum, logprob) => sum + logprob, 0) / first.length;
    return mean < logOf(least) ? 0 : logprobs.length;
  };
}

/**
 * Criteria by name. Each returns the number of tokens to show, given natural logprobs and a probability. `sureTokens`
 * is the product's.
 */
export function criteria(sureTokens) {
  return {
    "running product": sureTokens,
    "running geometric mean": cutWhere((sum, i) => sum / (i + 1)),
    "weakest token": cutWhere((_sum, _i, logprob) => logprob),
    "first token": gate(1),
    "first 3 tokens": gate(3),
    "first 5 tokens": gate(5),
    "all tokens, all or nothing": gate(Number.POSITIVE_INFINITY)
  };
}

/**
 * Rates of many completions at one threshold: `share` of completions shown; of the shown ones, `right` (the truth
 * starts with the shown text) and `whole` (the truth is the shown text). In characters, `precision` of the shown and
 * `recall` of the missing ones. A character counts if all characters from the cursor to it agree.
 */
export function pointAt(completions, criterion, least) {
  let shown = 0;
  let right = 0;
  let whole = 0;
  let characters = 0;
  let agreeing = 0;
  let missing = 0;
  for (const {truth, logprobs, shownOf} of completions) {
    missing += truth.length;
    const text = shownOf(criterion(logprobs, least));
    if (text.trim() === "") continue;
    shown++;
    if (truth.startsWith(text.trimEnd())) right++;
    if (truth === text.trimEnd()) whole++;
    characters += text.length;
    agreeing += commonPrefix(text, truth);
  }
  return {
    least,
    shown,
    share: shown / completions.length,
    right: right / shown,
    whole: whole / shown,
    precision: agreeing / characters,
    recall: agreeing / missing
  };
}

export function commonPrefix(one, other) {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}

const fineThresholds = Array.from({length: 100}, (_, index) => index / 100);

/**
 * The quality of a criterion for all thresholds: the mean share of right completions over all shares shown (the area
 * under the curve, up to the share shown without a threshold), and the same in characters.
 */
export function worth(completions, criterion) {
  const points = fineThresholds.map((least) => pointAt(completions, criterion, least)).filter(({shown}) => shown > 0);
  return {
    suggestions: meanHeight(points.map(({share, right}) => [share, right])),
    characters: meanHeight(points.map(({recall, precision}) => [recall, precision]))
  };
}

/** The mean of y over x from 0 to the greatest x, by trapezoids. Left of the first point, y is constant. */
function meanHeight(points) {
  const sorted = points.toSorted(([one], [other]) => one - other);
  const [[firstX, firstY] = [0, Number.NaN]] = sorted;
  let area = firstX * firstY;
  for (const [index, [x, y]] of sorted.entries()) {
    const [beforeX, beforeY] = sorted[index - 1] ?? [x, y];
    area += ((x - beforeX) * (y + beforeY)) / 2;
  }
  return area / (sorted.at(-1)?.[0] ?? Number.NaN);
}
