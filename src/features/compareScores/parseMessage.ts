import * as v from "valibot";
import type {Hello} from "../../contract/webview";
import {arrayOf, parsed, wholeNumber} from "../../text/guard";
import {isJsonNumber} from "../../text/jsonNumber";
import {utf8Length} from "../../text/textOffsets";
import {
  type ComparedSource,
  type FromView,
  type Pair,
  protocolVersion,
  type SavedSide,
  type SideSource
} from "./protocol";

/** Characters of a title, an address or a path. */
const maxLength = 1 << 13;

const message: v.GenericSchema<unknown, FromView | Hello> = v.variant("type", [
  v.object({
    type: v.picklist(["hello", "ready", "compareAgain", "chooseOther", "cancel", "swap", "copy", "export"])
  }),
  v.object({type: v.literal("select"), piece: wholeNumber})
]);

const shortText = v.pipe(v.string(), v.maxLength(maxLength));

const sideSource: v.GenericSchema<unknown, SideSource> = v.object({
  title: shortText,
  uri: v.pipe(shortText, v.nonEmpty()),
  range: v.nullable(
    v.pipe(
      v.object({start: wholeNumber, end: wholeNumber}),
      v.check(({start, end}) => start <= end)
    )
  ),
  model: v.pipe(shortText, v.nonEmpty())
});

const isInteger = (value: unknown): value is number => Number.isInteger(value);

const savedSide: v.GenericSchema<unknown, SavedSide> = v.pipe(
  v.object({
    name: shortText,
    text: v.string(),
    ids: arrayOf(isInteger),
    ends: v.nullable(arrayOf(isInteger)),
    logprobs: arrayOf(isJsonNumber),
    ranks: v.nullable(arrayOf(isInteger)),
    finished: v.boolean(),
    summary: v.objectWithRest({tokens: wholeNumber, scored: wholeNumber}, v.custom(isJsonNumber))
  }),
  v.check(({text, ids, ends, logprobs, ranks}) => {
    const isWhole = [ends, logprobs, ranks].every((numbers) => numbers === null || numbers.length === ids.length);
    return isWhole && (ends === null || isTiling(ends, utf8Length(text)));
  })
);

const viewState = v.object({
  version: v.literal(protocolVersion),
  source: v.tuple([sideSource, sideSource]),
  sides: v.fallback(v.nullable(v.tuple([savedSide, savedSide])), null)
});

/** The message as its type says, or null for anything else. `pieces` is their count, which indexes must be below. */
export function parseMessage(value: unknown, pieces: number): FromView | Hello | null {
  const known = parsed(message, value);
  return known?.type === "select" && known.piece >= pieces ? null : known;
}

/** What a view of this version compared, or null: another version of this extension may have saved the state. */
export function parseViewState(state: unknown): {source: ComparedSource; sides: Pair<SavedSide> | null} | null {
  const known = parsed(viewState, state);
  return known && {source: known.source, sides: known.sides};
}

/** Ends in order, the last one at the text's. */
function isTiling(ends: readonly number[], length: number): boolean {
  let previous = 0;
  for (const end of ends) {
    if (end < previous) return false;
    previous = end;
  }
  return previous === length;
}
