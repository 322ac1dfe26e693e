import * as v from "valibot";
import {tokenKinds} from "../../contract/tokenInfo";
import {matchOrders, searchedBy} from "../../contract/vocabulary";
import type {Hello} from "../../contract/webview";
import {arrayOf, parsed} from "../../text/guard";
import {
  copiedForms,
  type FromView,
  maxQueryLength,
  maxRowsAsked,
  maxScratchLength,
  protocolVersion,
  type Query,
  type Scratch
} from "./protocol";

/** Characters of a path that is restored after a reload. */
const maxPathLength = 1 << 13;

const query: v.GenericSchema<unknown, Query> = v.object({
  query: v.pipe(v.string(), v.maxLength(maxQueryLength)),
  by: v.picklist(searchedBy),
  ignoreCase: v.boolean(),
  kinds: v.pipe(v.array(v.picklist(tokenKinds)), v.maxLength(tokenKinds.length)),
  order: v.picklist(matchOrders)
});

const scratch: v.GenericSchema<unknown, Scratch> = v.object({
  text: v.pipe(v.string(), v.maxLength(maxScratchLength)),
  special: v.boolean()
});

/** Token ids are 32 bits wide. */
const isId = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;

const ids = v.pipe(
  arrayOf(isId),
  v.check((all) => all.length <= maxRowsAsked)
);

const message: v.GenericSchema<unknown, FromView | Hello> = v.variant("type", [
  v.object({type: v.picklist(["hello", "ready", "tryAgain"])}),
  v.object({type: v.literal("search"), query}),
  v.object({type: v.literal("rows"), ids}),
  v.object({type: v.literal("tokenize"), scratch}),
  v.object({type: v.literal("copy"), id: v.custom<number>(isId), as: v.picklist(copiedForms)})
]);

const viewState = v.object({
  version: v.literal(protocolVersion),
  file: v.nullable(v.pipe(v.string(), v.nonEmpty(), v.maxLength(maxPathLength)))
});

/** The message as its type says, or null for anything else. */
export function parseMessage(value: unknown): FromView | Hello | null {
  return parsed(message, value);
}

/** Whose vocabulary a view of this version showed, or null: another version of this extension may have saved the state. */
export function parseViewState(state: unknown): {readonly file: string | null} | null {
  return parsed(viewState, state);
}
