import type {Window} from "../scoringWindows";

/** What the model is given to score a window: the last token is only ever predicted. */
export function windowTokens(ids: Int32Array, bos: number | null, window: Window): Int32Array {
  const tokens = ids.subarray(window.start, window.end - 1);
  if (bos === null) return tokens;
  const input = new Int32Array(1 + tokens.length);
  input[0] = bos;
  input.set(tokens, 1);
  return input;
}
