import {logprobsPage} from "../../src/features/logprobs/logprobsPage";
import type {Alternative, FromView, ScoredText, Source, ToView} from "../../src/features/logprobs/protocol";
import {webviewPage} from "../../src/host/webviewPage";
import {summarize} from "../../src/metrics/summary";
import {modelRef} from "./modelRef";
import {origin, ViewInBrowser, type ViewOptions} from "./viewInBrowser";

export const source: Source = {title: "a.txt, lines 1–2", uri: "file:///a.txt", start: 0, end: 0, isSelection: true};

/** A scored text of these tokens. One that is a part of a character is given by its bytes. */
export function scored(
  tokens: readonly (string | Uint8Array)[],
  logprobs: readonly (number | null)[] = tokens.map(() => -1)
): ScoredText {
  const isWhole = tokens.every((token) => typeof token === "string");
  const text = isWhole
    ? tokens.join("")
    : Buffer.concat(tokens.map((token) => Buffer.from(token as string))).toString();
  let end = 0;
  const byteEnds = Uint32Array.from(
    tokens,
    (token) => (end += typeof token === "string" ? Buffer.byteLength(token) : token.length)
  );
  const numbers = Float64Array.from(logprobs, (logprob) => logprob ?? Number.NaN);
  return {
    id: tokens.join("|").slice(0, 100),
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
    spacedWords: true,
    summary: summarize(text, {
      logprobs: numbers,
      top1: new Uint8Array(tokens.length),
      ends: byteEnds
    }),
    warnings: []
  };
}

/** Ten alternatives, the most likely first. */
export const ten: Alternative[] = Array.from({length: 10}, (_, index) => ({
  id: index,
  label: `alt${index}`,
  text: `alt${index}`,
  logprob: -1 - index
}));

/** The logprobs view in a browser, without VS Code. */
export async function logprobsInBrowser(viewport: ViewOptions["viewport"]): Promise<ViewInBrowser<ToView, FromView>> {
  return await ViewInBrowser.start({
    html: webviewPage(logprobsPage, {
      script: "/logprobs.js",
      styles: "/logprobs.css",
      cspSource: origin,
      canFetch: false,
      nonce: "n"
    }),
    viewport
  });
}
