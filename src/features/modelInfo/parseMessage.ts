import * as v from "valibot";
import type {Hello} from "../../contract/webview";
import {parsed} from "../../text/guard";
import {type FromView, protocolVersion} from "./protocol";

/** Characters; real GGUF keys are far shorter. */
const maxKeyLength = 1 << 16;

/** Characters of an address that is restored after a reload. */
const maxUriLength = 1 << 13;

const request = v.pipe(v.number(), v.safeInteger());

const message: v.GenericSchema<unknown, FromView | Hello> = v.variant("type", [
  v.object({
    type: v.picklist(["hello", "ready", "useModel", "download", "reveal", "copyJson", "readAgain", "saveCopy"])
  }),
  v.object({type: v.picklist(["value", "copyValue"]), key: v.pipe(v.string(), v.maxLength(maxKeyLength))}),
  v.object({type: v.literal("piece"), request, bytes: v.instance(Uint8Array)}),
  v.object({type: v.literal("noPiece"), request})
]);

const viewState = v.object({
  version: v.literal(protocolVersion),
  uri: v.pipe(v.string(), v.nonEmpty(), v.maxLength(maxUriLength))
});

/** The message as its type says, or null for anything else. */
export function parseMessage(value: unknown): FromView | Hello | null {
  return parsed(message, value);
}

/** The address that a view of this version showed, or null: another version of this extension may have saved the state. */
export function parseViewState(state: unknown): string | null {
  return parsed(viewState, state)?.uri ?? null;
}
