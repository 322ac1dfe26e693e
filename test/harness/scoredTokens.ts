import type {ScoredText} from "../../src/features/logprobs/protocol";
import {summarize} from "../../src/metrics/summary";
import {modelRef} from "./modelRef";

/** A text of tokens with scores, as the host sends it to the logprobs view. Tokens are texts, or bytes. */
export function scoredTokens(
  tokens: readonly (string | Uint8Array)[],
  logprobs: readonly (number | null)[] = tokens.map(() => -1)
): ScoredText {
  const bytes = tokens.map((token) => Buffer.from(token as string));
  const text = Buffer.concat(bytes).toString();
  let end = 0;
  const byteEnds = Uint32Array.from(bytes, ({length}) => (end += length));
  const numbers = Float64Array.from(logprobs, (logprob) => logprob ?? Number.NaN);
  return {
    id: text.slice(0, 100),
    text,
    ids: Int32Array.from(tokens, (_, token) => token + 100),
    byteEnds,
    texts: null,
    logprobs: numbers,
    ranks: null,
    entropies: null,
    contextIds: new Int32Array(),
    finished: true,
    model: {name: "Tiny", file: "tiny.gguf", sha256: "00", quantization: "Q8_0", device: "cpu"},
    spec: modelRef("/tiny.gguf"),
    windowing: {mode: "document", bos: true, window: 512, stride: 256},
    summary: summarize(text, {logprobs: numbers, top1: new Uint8Array(tokens.length), ends: byteEnds}),
    warnings: []
  };
}
