import * as l10n from "@vscode/l10n";
import {EngineError} from "../contract/errors";
import type {RopeFactors} from "../contract/scoring";
import type {ScoreMode, Windowing} from "../metrics/windowing";

/**
 * One window over a text of N tokens. The model sees BOS (where the vocabulary asks for it) and tokens
 * `[start, end)`; tokens `[scoreFrom, end)` get their score here.
 */
export interface Window {
  readonly start: number;
  readonly scoreFrom: number;
  readonly end: number;
}

/** What a model says of its windows. */
export interface WindowLimits {
  /** The number of positions that the model has learned, beyond which there are none. Infinity if positions are not learned. */
  readonly maxWindow: number;
  /** The largest window that is computed with the model's short RoPE factors; null if it has no two sets. */
  readonly shortWindow: number | null;
}

/** The factors that a window of this size is computed with; null if the model has one set, or none. */
export function ropeFactors({shortWindow}: Pick<WindowLimits, "shortWindow">, window: number): RopeFactors | null {
  if (shortWindow === null) return null;
  return window <= shortWindow ? "short" : "long";
}

/**
 * The windowing for a text of `length` tokens, BOS and context included: a text that fits into the short window is scored
 * there, so that it has one score, whatever the size of the window.
 */
export function inShortWindow(
  windowing: Windowing,
  {shortWindow}: Pick<WindowLimits, "shortWindow">,
  length: number
): Windowing {
  const {mode, window, stride} = windowing;
  if (shortWindow === null || mode !== "document" || length > shortWindow || window <= shortWindow) return windowing;
  return {...windowing, window: shortWindow, stride: Math.min(stride, Math.floor(shortWindow / 2))};
}

/** The windowing that is asked for, with the model's defaults for the rest. Throws EngineError for one that can't work. */
export function resolveWindowing(asked: {
  readonly mode?: ScoreMode | undefined;
  readonly window?: number | undefined;
  readonly stride?: number | undefined;
  readonly bos: boolean;
  readonly contextSize: number;
  /** {@link WindowLimits.maxWindow}. Default: infinity. */
  readonly positions?: number;
}): Windowing {
  const mode = asked.mode ?? "document";
  const {bos, positions = Number.POSITIVE_INFINITY} = asked;
  if (mode === "llama-perplexity") {
    const window = asked.window ?? 512;
    requireWindow(window, 4, positions);
    return {mode, bos, window, stride: window};
  }
  const window = asked.window ?? asked.contextSize;
  requireWindow(window, 2, positions);
  const stride = asked.stride ?? Math.max(1, Math.floor(window / 2));
  // Each window needs at least one position for context: BOS, or else a token.
  if (!Number.isSafeInteger(stride) || stride < 1 || stride > window - 1)
    throw new EngineError(
      "invalidRequest",
      l10n.t("The stride has to be a whole number from 1 to {0}, the window less one.", window - 1)
    );
  return {mode, bos, window, stride};
}

function requireWindow(window: number, min: number, max: number): void {
  if (!Number.isSafeInteger(window) || window < min)
    throw new EngineError("invalidRequest", l10n.t("The window has to be a whole number of at least {0} tokens.", min));
  if (window > max)
    throw new EngineError(
      "invalidRequest",
      l10n.t(
        "This model has learned {0} positions and no more, so a window of {1} tokens is too large: choose one of {0} at most.",
        max,
        window
      )
    );
}

/**
 * The windows that score a text of `count` tokens, in order. Each token is scored at most once.
 *
 * `document`: the first window scores all it can (without BOS the first token has no context and stays unscored), each
 * later one `stride` new tokens, with the `room - stride` tokens before them as context.
 *
 * `llama-perplexity` (llama.cpp tools/perplexity): disjoint chunks of `window` positions over BOS + text, position 0 of
 * each replaced by BOS, the second half scored from `window/2 + 1` on, the tail dropped.
 */
export function* planWindows(count: number, windowing: Windowing): Generator<Window> {
  const bosCount = windowing.bos ? 1 : 0;
  if (windowing.mode === "llama-perplexity") {
    const chunks = Math.floor((count + bosCount) / windowing.window);
    for (let chunk = 0; chunk < chunks; chunk++) {
      // Position p of the stream BOS + text is token p - 1. The chunk's own position 0 is given up for BOS.
      const start = chunk * windowing.window;
      const end = start + windowing.window - bosCount;
      yield {start, scoreFrom: start + Math.floor(windowing.window / 2) + 1 - bosCount, end};
    }
    return;
  }
  const room = windowing.window - bosCount;
  if (count === 0) return;
  let end = Math.min(room, count);
  if (end > 1 - bosCount) yield {start: 0, scoreFrom: 1 - bosCount, end};
  while (end < count) {
    const scoreFrom = end;
    end = Math.min(scoreFrom + windowing.stride, count);
    yield {start: scoreFrom - (room - windowing.stride), scoreFrom, end};
  }
}

/**
 * The window that scores token `position`, or undefined if the token stays unscored. Its end is that of a full window, however
 * short the text is.
 */
export function windowOf(position: number, windowing: Windowing): Window | undefined {
  for (const window of planWindows(position + windowing.window + 1, windowing)) {
    if (position < window.end) return position >= window.scoreFrom ? window : undefined;
  }
  return undefined;
}
