import type {Token} from "node-llama-cpp";
import type {Window} from "../scoringWindows";

/** What the model is given to score a window: the last token is only ever predicted. */
export function windowTokens(ids: Int32Array, bos: Token | null, window: Window): Token[] {
  const tokens = Array.from(ids.subarray(window.start, window.end - 1)) as Token[];
  return bos === null ? tokens : [bos, ...tokens];
}
