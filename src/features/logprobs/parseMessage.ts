import * as v from "valibot";
import {gpuChoices, type ModelRef} from "../../contract/models";
import type {Hello} from "../../contract/webview";
import {kvCacheTypes} from "../../gguf/kvCache";
import {type ColourChoice, colourMeasures} from "../../metrics/colourChoice";
import type {Windowing} from "../../metrics/windowing";
import {arrayOf, parsed, wholeNumber} from "../../text/guard";
import {isJsonNumber} from "../../text/jsonNumber";
import {utf8Length} from "../../text/textOffsets";
import {
  cardPlaces,
  copyFormats,
  exportFormats,
  type FromView,
  type Layout,
  protocolVersion,
  type SavedText,
  type ScoredModel,
  type ScrollAnchor,
  type Source,
  usualLayout,
  type ViewState
} from "./protocol";

const colours: v.GenericSchema<unknown, ColourChoice> = v.object({
  by: v.picklist(colourMeasures),
  threshold: v.nullable(v.pipe(v.number(), v.finite(), v.minValue(0)))
});

const chartName = v.pipe(v.string(), v.regex(/^[a-z-]{1,40}$/));

/** A picture of a chart, as the browser encodes it. */
const png = v.pipe(
  v.instance(Uint8Array),
  v.maxLength(20_000_000),
  v.check((bytes) => pngSignature.every((byte, index) => bytes[index] === byte))
);

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

const message: v.GenericSchema<unknown, FromView | Hello> = v.variant("type", [
  v.object({type: v.picklist(["hello", "scoreAgain", "cancel", "compare"])}),
  v.object({type: v.literal("ready"), showing: v.nullable(v.string())}),
  v.object({type: v.picklist(["alternatives", "select", "scoreFrom"]), token: wholeNumber}),
  v.object({type: v.literal("tryAlternative"), token: wholeNumber, alternative: wholeNumber}),
  v.object({type: v.literal("selectRange"), from: wholeNumber, to: wholeNumber}),
  v.object({type: v.literal("copy"), format: v.picklist(copyFormats), from: wholeNumber, to: wholeNumber}),
  v.object({type: v.literal("export"), format: v.picklist(exportFormats)}),
  v.object({type: v.literal("saveImage"), name: chartName, png}),
  v.object({type: v.literal("setOptions"), options: v.object({isPinned: v.boolean(), isLive: v.boolean()})}),
  v.object({type: v.literal("setColours"), colours})
]);

const source: v.GenericSchema<unknown, Source> = v.pipe(
  v.object({title: v.string(), uri: v.string(), start: wholeNumber, end: wholeNumber, isSelection: v.boolean()}),
  v.check(({start, end}) => start <= end)
);

/** One schema for each kind of model: saved scores of a kind without one would be dropped. */
const specs = {
  gguf: v.object({
    kind: v.literal("gguf"),
    path: v.string(),
    gpu: v.picklist(gpuChoices),
    gpuLayers: v.nullable(wholeNumber),
    threads: wholeNumber,
    contextSize: wholeNumber,
    kvCache: v.picklist(kvCacheTypes)
  })
} satisfies {readonly [Kind in ModelRef["kind"]]: v.GenericSchema<unknown, Extract<ModelRef, {kind: Kind}>>};

const spec: v.GenericSchema<unknown, ModelRef> = v.union(Object.values(specs));

const model: v.GenericSchema<unknown, ScoredModel> = v.object({
  name: v.string(),
  file: v.string(),
  sha256: v.string(),
  quantization: v.string(),
  device: v.string()
});

const windowing: v.GenericSchema<unknown, Windowing> = v.object({
  mode: v.picklist(["document", "llama-perplexity"]),
  bos: v.boolean(),
  window: wholeNumber,
  stride: wholeNumber
});

const isInteger = (value: unknown): value is number => Number.isInteger(value);
const isString = (value: unknown): value is string => typeof value === "string";

const savedText = v.pipe(
  v.object({
    id: v.string(),
    text: v.string(),
    ids: arrayOf(isInteger),
    contextIds: arrayOf(isInteger),
    finished: v.boolean(),
    byteEnds: v.nullable(arrayOf(isInteger)),
    texts: v.nullable(arrayOf(isString)),
    logprobs: arrayOf(isJsonNumber),
    ranks: v.nullable(arrayOf(isInteger)),
    entropies: v.nullable(arrayOf(isJsonNumber)),
    spec,
    model,
    windowing,
    spacedWords: v.boolean(),
    summary: v.objectWithRest({tokens: wholeNumber, scored: wholeNumber}, v.custom(isJsonNumber)),
    warnings: v.array(v.string())
  }),
  v.check(({text, ids, byteEnds, texts, logprobs, ranks, entropies}) => {
    const count = ids.length;
    const isPlaced = byteEnds === null ? texts?.length === count : isTiling(byteEnds, count, utf8Length(text));
    const isWhole = [logprobs, ranks, entropies].every((numbers) => numbers === null || numbers.length === count);
    return isPlaced && (byteEnds === null || texts === null) && isWhole;
  })
);

const scroll: v.GenericSchema<unknown, ScrollAnchor> = v.object({
  token: wholeNumber,
  offset: v.pipe(v.number(), v.finite())
});

const pixels = v.nullable(v.pipe(v.number(), v.finite(), v.minValue(0)));

const layout: v.GenericSchema<unknown, Layout> = v.object({
  place: v.picklist(cardPlaces),
  sideSize: pixels,
  bottomSize: pixels,
  tab: v.picklist(["token", "charts"]),
  showsNumbers: v.boolean(),
  showsInvisible: v.boolean()
});

const viewState = v.object({
  version: v.literal(protocolVersion),
  source,
  scored: v.fallback(v.nullable(v.custom<SavedText>(isSavedText)), null),
  colours: v.fallback(colours, {by: "probability", threshold: null}),
  isPinned: v.fallback(v.boolean(), false),
  token: v.fallback(wholeNumber, 0),
  scroll: v.fallback(v.nullable(scroll), null),
  layout: v.fallback(layout, usualLayout)
});

/** The message as its type says, or null for anything else. `tokens` is their count, which indexes must be below. */
export function parseMessage(value: unknown, tokens: number): FromView | Hello | null {
  const known = parsed(message, value);
  if (known !== null && "token" in known && known.token >= tokens) return null;
  if (known !== null && "from" in known && !(known.from < known.to && known.to <= tokens)) return null;
  return known;
}

/** The state of a view of this version, or null: another version of this extension may have saved it. */
export function parseViewState(value: unknown): ViewState | null {
  const state = parsed(viewState, value);
  if (state === null) return null;
  const tokens = state.scored?.ids.length ?? 0;
  return {
    ...state,
    token: state.token < tokens ? state.token : 0,
    scroll: state.scroll !== null && state.scroll.token < tokens ? state.scroll : null
  };
}

export function isSavedText(value: unknown): value is SavedText {
  return v.is(savedText, value);
}

/** `count` ends in order, none beyond the text's. */
function isTiling(ends: readonly number[], count: number, length: number): boolean {
  let previous = 0;
  return (
    ends.length === count &&
    ends.every((end) => {
      const ascends = end >= previous && end <= length;
      previous = end;
      return ascends;
    })
  );
}
