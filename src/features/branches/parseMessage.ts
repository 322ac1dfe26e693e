import * as v from "valibot";
import {gpuChoices, type ModelRef} from "../../contract/models";
import type {Hello} from "../../contract/webview";
import {kvCacheTypes} from "../../gguf/kvCache";
import {type Branch, type BranchTree, maxBranches, maxBranchTokens, maxNameLength} from "../../metrics/branchTree";
import {arrayOf, parsed, wholeNumber} from "../../text/guard";
import {
  type BranchOptions,
  type BranchPlace,
  type FromView,
  insertions,
  maxRest,
  maxSavedIds,
  maxSeed,
  type PlaceToken,
  protocolVersion,
  type ViewState
} from "./protocol";

/** UTF-16 units of a text or a path. */
const maxLength = 1 << 20;

const text = v.pipe(v.string(), v.maxLength(maxLength));
const finite = v.pipe(v.number(), v.finite());
const int32 = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1));

const options: v.GenericSchema<unknown, BranchOptions> = v.object({
  count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20)),
  temperature: v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(10)),
  maxTokens: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(512)),
  seed: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxSeed))
});

const message: v.GenericSchema<unknown, FromView | Hello> = v.variant("type", [
  v.object({type: v.picklist(["hello", "ready", "undo", "copyTree", "show", "stop"])}),
  v.object({type: v.picklist(["more", "rest", "prune", "copy"]), branch: wholeNumber}),
  v.object({type: v.literal("alternatives"), branch: wholeNumber, at: wholeNumber}),
  v.object({type: v.literal("try"), branch: wholeNumber, at: wholeNumber, id: int32}),
  v.object({
    type: v.literal("rename"),
    branch: wholeNumber,
    name: v.pipe(v.string(), v.maxLength(maxNameLength))
  }),
  v.object({type: v.literal("insert"), branch: wholeNumber, insertion: v.picklist(insertions)}),
  v.object({type: v.literal("setOptions"), options})
]);

const spec: v.GenericSchema<unknown, ModelRef> = v.object({
  kind: v.literal("gguf"),
  path: text,
  gpu: v.picklist(gpuChoices),
  gpuLayers: v.nullable(wholeNumber),
  threads: wholeNumber,
  contextSize: wholeNumber,
  kvCache: v.picklist(kvCacheTypes)
});

const token: v.GenericSchema<unknown, PlaceToken> = v.object({id: int32, label: text, logprob: v.nullable(finite)});

const isId = (value: unknown): value is number => v.is(int32, value);

const place: v.GenericSchema<unknown, BranchPlace> = v.pipe(
  v.object({
    title: text,
    uri: text,
    start: wholeNumber,
    end: wholeNumber,
    before: text,
    own: text,
    behind: text,
    isWhole: v.boolean(),
    model: v.object({name: text, file: text, sha256: text}),
    spec,
    windowing: v.object({
      mode: v.picklist(["document", "llama-perplexity"]),
      bos: v.boolean(),
      window: wholeNumber,
      stride: wholeNumber
    }),
    token,
    rest: v.pipe(v.array(token), v.maxLength(maxRest)),
    contextTokens: wholeNumber,
    ids: v.nullable(arrayOf(isId))
  }),
  v.check(
    ({start, end, ids, contextTokens}) =>
      start <= end && (ids === null || (ids.length <= maxSavedIds && contextTokens <= ids.length))
  )
);

const branch: v.GenericSchema<unknown, Branch> = v.pipe(
  v.object({
    id: wholeNumber,
    parent: v.nullable(wholeNumber),
    at: wholeNumber,
    ids: v.array(int32),
    labels: v.array(text),
    logprobs: v.array(finite),
    origin: v.variant("kind", [
      v.object({kind: v.picklist(["alternative", "greedy"])}),
      v.object({kind: v.literal("sampled"), temperature: finite, seed: wholeNumber})
    ]),
    name: v.pipe(v.string(), v.maxLength(maxNameLength)),
    text,
    isWhole: v.boolean(),
    stop: v.nullable(v.picklist(["end", "maxTokens", "context", "stopped"])),
    rest: v.nullable(v.pipe(v.array(v.nullable(finite)), v.maxLength(maxRest)))
  }),
  v.check(({ids, labels, logprobs}) => ids.length === labels.length && ids.length === logprobs.length)
);

const tree: v.GenericSchema<unknown, BranchTree> = v.pipe(
  v.object({nextId: wholeNumber, branches: v.pipe(v.array(branch), v.maxLength(maxBranches))}),
  v.check((value) => isTree(value))
);

const viewState = v.object({
  version: v.literal(protocolVersion),
  place,
  options,
  tree,
  selected: v.fallback(v.nullable(wholeNumber), null),
  closed: v.fallback(v.pipe(v.array(wholeNumber), v.maxLength(maxBranches)), [])
});

/** The message as its type says, or null for anything else. What it says of branches that are not there is dropped by the panel. */
export function parseMessage(value: unknown): FromView | Hello | null {
  return parsed(message, value);
}

/** The state of a view of this version, or null: another version of this extension may have saved it. */
export function parseViewState(value: unknown): ViewState | null {
  return parsed(viewState, value);
}

/** Ids ascend below the next one, and each branch stands behind what it grows from, at one of its tokens. */
function isTree({nextId, branches}: BranchTree): boolean {
  const lengths = new Map<number, number>();
  let last = 0;
  let tokens = 0;
  for (const {id, parent, at, ids} of branches) {
    const length = parent === null ? 0 : lengths.get(parent);
    if (id <= last || id >= nextId || length === undefined || at > length) return false;
    last = id;
    tokens += ids.length;
    lengths.set(id, ids.length);
  }
  return tokens <= maxBranchTokens;
}
