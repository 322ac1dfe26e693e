import * as v from "valibot";
import type {Hello} from "../../contract/webview";
import {parsed} from "../../text/guard";
import {type ComparedSource, type FromView, protocolVersion} from "./protocol";

/** Characters of an address or a path, and the number of each, that are restored after a reload. */
const maxLength = 1 << 13;
const maxItems = 1000;

const message: v.GenericSchema<unknown, FromView | Hello> = v.object({
  type: v.picklist(["hello", "ready", "compareAgain", "chooseTokenizers", "copy"])
});

const texts = v.pipe(
  v.array(v.pipe(v.string(), v.nonEmpty(), v.maxLength(maxLength))),
  v.nonEmpty(),
  v.maxLength(maxItems)
);
const offset = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const viewState = v.object({
  version: v.literal(protocolVersion),
  source: v.object({
    title: v.pipe(v.string(), v.maxLength(maxLength)),
    uris: texts,
    onDisk: v.boolean(),
    range: v.nullable(v.object({start: offset, end: offset})),
    models: texts
  })
});

/** The message as its type says, or null for anything else. */
export function parseMessage(value: unknown): FromView | Hello | null {
  return parsed(message, value);
}

/** What a view of this version compared, or null: another version of this extension may have saved the state. */
export function parseViewState(state: unknown): ComparedSource | null {
  return parsed(viewState, state)?.source ?? null;
}
