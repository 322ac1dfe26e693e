import type {Hello} from "../../contract/webview";
import {type FromView, protocolVersion, type ViewState} from "./protocol";

type Fields<T> = {readonly [K in keyof T]?: unknown};

/** Characters; no GGUF key is nearly as long. */
const maxKeyLength = 1 << 16;

/** Characters of an address that is read again after a reload. */
const maxUriLength = 1 << 13;

/** The message as its type says, or null for anything else. */
export function parseMessage(message: unknown): FromView | Hello | null {
  if (!isObject<{type: string; key: string; request: number; bytes: Uint8Array}>(message)) return null;
  switch (message.type) {
    case "value":
    case "copyValue":
      return isText(message.key, maxKeyLength) ? {type: message.type, key: message.key} : null;
    case "piece":
      return Number.isSafeInteger(message.request) && message.bytes instanceof Uint8Array
        ? {type: "piece", request: Number(message.request), bytes: message.bytes}
        : null;
    case "noPiece":
      return Number.isSafeInteger(message.request) ? {type: "noPiece", request: Number(message.request)} : null;
    case "hello":
    case "ready":
    case "useModel":
    case "download":
    case "reveal":
    case "copyJson":
    case "readAgain":
    case "saveCopy":
      return {type: message.type};
    default:
      return null;
  }
}

/** The address that a view of this version showed, or null: a state may come from another version of this extension. */
export function parseViewState(state: unknown): string | null {
  if (!isObject<ViewState>(state) || state.version !== protocolVersion) return null;
  return isText(state.uri, maxUriLength) && state.uri !== "" ? state.uri : null;
}

function isObject<T>(value: unknown): value is Fields<T> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === "string" && value.length <= longest;
}
