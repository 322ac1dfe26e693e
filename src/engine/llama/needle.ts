import * as l10n from "@vscode/l10n";
import {EngineError} from "../../contract/errors";
import type {SearchVocabularyParams} from "../../contract/vocabulary";
import type {Needle} from "./tokenIndex";

/** What is looked for. Throws an EngineError where that can't be understood. */
export function needleOf({query, by, ignoreCase}: Omit<SearchVocabularyParams, "model">): Needle {
  if (query === "") return {type: "all"};
  switch (by) {
    case "text":
      return ignoreCase
        ? {type: "pattern", source: literal(query), flags: "iu"}
        : {type: "bytes", bytes: new TextEncoder().encode(query)};
    case "bytes":
      return {type: "bytes", bytes: hexBytes(query)};
    case "id":
      return idRange(query);
    case "pattern":
      return {type: "pattern", source: checkedPattern(query), flags: ignoreCase ? "iu" : "u"};
    default:
      return by satisfies never;
  }
}

/** A regular expression that finds a text as it is written. */
function literal(text: string): string {
  return text.toWellFormed().replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** "e2 96 81", "E29681", "0xe2 0x96", "<0xE2>". */
function hexBytes(query: string): Uint8Array {
  const words = query
    .replace(/<?0x([0-9a-f]{1,2})>?/gi, (_, digits: string) => ` ${digits.padStart(2, "0")} `)
    .split(/[\s,:]+/)
    .filter(Boolean);
  const digits = words.map((word) => (word.length === 1 ? `0${word}` : word)).join("");
  if (digits.length === 0 || digits.length % 2 === 1 || !/^[0-9a-f]*$/i.test(digits))
    throw new EngineError(
      "invalidRequest",
      l10n.t("Bytes are written as hexadecimal numbers, for example e2 96 81: correct what is searched for.")
    );
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function idRange(query: string): Needle {
  const [, first, last = first] = /^\s*(\d{1,10})(?:\s*[-–]\s*(\d{1,10}))?\s*$/.exec(query) ?? [];
  if (first === undefined || last === undefined)
    throw new EngineError(
      "invalidRequest",
      l10n.t("An id is a whole number, for example 42, or two with all between them, 100-200: correct it.")
    );
  return {type: "ids", first: Number(first), last: Number(last)};
}

function checkedPattern(source: string): string {
  try {
    new RegExp(source, "u");
  } catch (error) {
    // V8 says "Invalid regular expression: /(/u: Unterminated group".
    const reason = error instanceof Error ? error.message.slice(error.message.lastIndexOf(": ") + 2) : "?";
    throw new EngineError("invalidRequest", l10n.t("This is no regular expression ({0}): correct it.", reason));
  }
  return source;
}
