import * as l10n from "@vscode/l10n";
import {EngineError} from "../contract/errors";
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

/** What is asked for, with the model's own measures where nothing is. Throws EngineError on measures that can't work. */
export function resolveWindowing(asked: {
  readonly mode?: ScoreMode | undefined;
  readonly window?: number | undefined;
  readonly stride?: number | undefined;
  readonly bos: boolean;
  readonly contextSize: number;
  /** Positions that the model has learned: there are no others. Default: it has learned none, and there is no end. */
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
  // At least one position of every window has to be left for context: BOS, or else a token.
  if (!Number.isSafeInteger(stride) || stride < 1 || stride > window - 1)
    throw new EngineError(
      "invalidRequest",
      l10n.t("The stride has to be a whole number from 1 to {0}, the window less one.", window - 1)
    );
  return {mode, bos, window, stride};
}

function requireWindow(window: number, least: number, most: number): void {
  if (!Number.isSafeInteger(window) || window < least)
    throw new EngineError(
      "invalidRequest",
      l10n.t("The window has to be a whole number of at least {0} tokens.", least)
    );
  if (window > most)
    throw new EngineError(
      "invalidRequest",
      l10n.t(
        "This model has learned {0} positions and no more, so a window of {1} tokens is too large: choose one of {0} at most.",
        most,
        window
      )
    );
}

/**
 * The windows that score a text of `count` tokens, in order. Every token is scored at most once.
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
 * The window that scores token `position` of a text that goes on for as long as it takes, or undefined where the token
 * stays unscored. Its end is the window's own, however short the text.
 */
export function windowOf(position: number, windowing: Windowing): Window | undefined {
  for (const window of planWindows(position + windowing.window + 1, windowing)) {
    if (position < window.end) return position >= window.scoreFrom ? window : undefined;
  }
  return undefined;
}
