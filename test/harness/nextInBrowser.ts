import {
  type FromView,
  type NextOptions,
  type NextRow,
  type ShownNext,
  type ToView,
  usualOptions
} from "../../src/features/whatComesNext/protocol";
import {whatComesNextPage} from "../../src/features/whatComesNext/whatComesNextPage";
import {webviewPage} from "../../src/host/webviewPage";
import {applySamplers} from "../../src/sampling/chain";
import {describeNext} from "../../src/sampling/describeNext";
import {origin, ViewInBrowser, type ViewOptions} from "./viewInBrowser";

const labels = ["·return", "⏎", "·self", "⟨E2 96⟩", "·the", "·\\u{200b}", "<|endoftext|>", "····"];

/** What is known of a distribution with these options: over 500 tokens, each less probable than the one before. */
export function nextWith(
  options: Partial<NextOptions> = {},
  {shown = 200, ...changes}: Partial<ShownNext> & {readonly shown?: number} = {}
): ShownNext {
  const {samplers, draws} = {...usualOptions, ...options};
  const logits = Float32Array.from({length: 500}, (_, id) => 5 - 1.6 * Math.log(id + 1));
  const history = Int32Array.of(1, 2, 3, 1, 2);
  const {top, ...described} = describeNext(logits, applySamplers(logits, samplers, history), {
    top: shown,
    ...(draws && {draws})
  });
  return {
    ...described,
    place: 1,
    tail: "def·add(a, b):⏎····",
    title: "sample.py",
    model: "Tokenscope Tiny Coder",
    promptTokens: 1234,
    cut: false,
    rows: top.map((row): NextRow => ({...row, label: labels[row.id] ?? `·token${row.id}`})),
    draws,
    warnings: [],
    ...changes
  };
}

/** The view in a browser, without VS Code. */
export async function nextInBrowser(viewport: ViewOptions["viewport"]): Promise<ViewInBrowser<ToView, FromView>> {
  return await ViewInBrowser.start({
    html: webviewPage(whatComesNextPage, {
      script: "/whatComesNext.js",
      styles: "/whatComesNext.css",
      cspSource: origin,
      canFetch: false,
      nonce: "n"
    }),
    viewport
  });
}
