import * as v from "valibot";
import type {Hello} from "../../contract/webview";
import {parsed} from "../../text/guard";
import type {FromView} from "./protocol";

const message: v.GenericSchema<unknown, FromView | Hello> = v.object({type: v.picklist(["hello", "ready"])});

/** The message as its type says, or null for anything else. */
export function parseMessage(value: unknown): FromView | Hello | null {
  return parsed(message, value);
}
