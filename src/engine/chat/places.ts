import type {ChatMessage, ToolCall} from "../../text/promptFile";
import {type ContentPart, contentParts, type Rendered, signs} from "./rendering";

/** A part of the rendered chat that is a message's, in UTF-16 units. */
export interface Place {
  readonly message: number;
  readonly start: number;
  readonly end: number;
}

/** Characters that are looked through for contents: some tenths of a second's work. */
const maxSearched = 2 ** 28;

export interface Places {
  readonly places: readonly Place[];
  /** Messages that may have tokens elsewhere too: not all of what they say was found. */
  readonly unknown: ReadonlySet<number>;
}

/**
 * Where the messages are in the rendered chat. A second rendering has signs in place of the contents: where it is the same but for
 * them, each content is at its sign. Where the template's text depends on the contents, they are looked for, and taken as found only if
 * nothing else in the chat can be meant.
 */
export function placesOf({text, signed}: Pick<Rendered, "text" | "signed">, messages: readonly ChatMessage[]): Places {
  const parts = contentParts(messages);
  const unknown = new Set<number>();
  const places = (signed === null ? null : placesAtSigns(text, signed, parts)) ?? placesFound(text, parts, unknown);
  return {places: [...places, ...callPlaces(text, messages, places, unknown)], unknown};
}

/** Null where the two differ elsewhere than at the signs. */
function placesAtSigns(text: string, signed: string, parts: readonly ContentPart[]): Place[] | null {
  const found = [...signed.matchAll(signs)].map((match) => ({
    part: parts[Number(match[1])],
    start: match.index,
    end: match.index + match[0].length
  }));
  const [first] = found;
  if (!text.startsWith(signed.slice(0, first?.start))) return null;
  let at = first?.start ?? signed.length;
  const places: Place[] = [];
  for (const [i, sign] of found.entries()) {
    const next = found[i + 1]?.start;
    const between = signed.slice(sign.end, next);
    const isHere = (form: string): boolean => {
      const end = at + form.length;
      if (!text.startsWith(form, at) || !text.startsWith(between, end)) return false;
      return next !== undefined || end + between.length === text.length;
    };
    const form = sign.part && writtenForms(sign.part.text).find(isHere);
    if (sign.part === undefined || form === undefined) return null;
    places.push({message: sign.part.message, start: at, end: at + form.length});
    at += form.length + between.length;
  }
  return at === text.length ? places : null;
}

/** A content as templates write it: as it is, without white space at its ends, or as a string of JSON. */
function writtenForms(content: string): string[] {
  return [content, content.trimEnd(), content.trimStart(), content.trim(), JSON.stringify(content).slice(1, -1)];
}

function placesFound(text: string, parts: readonly ContentPart[], unknown: Set<number>): Place[] {
  const places: Place[] = [];
  if (parts.length * text.length > maxSearched) {
    for (const {message} of parts) unknown.add(message);
    return places;
  }
  let from = 0;
  for (const {message, text: content} of parts) {
    const wanted = content.trim();
    if (wanted === "") continue;
    const meant = parts.reduce((sum, other) => sum + occurrences(other.text, wanted), 0);
    const form = writtenForms(content).find((form) => text.indexOf(form, from) !== -1);
    if (form === undefined || occurrences(text, wanted) !== meant) {
      unknown.add(message);
      continue;
    }
    const start = text.indexOf(form, from);
    from = start + form.length;
    places.push({message, start, end: from});
  }
  return places;
}

function occurrences(text: string, part: string): number {
  let found = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) found++;
  return found;
}

/**
 * Tool calls: from the name or the arguments of the first to those of the last, between the neighbours' contents. Calls of which nothing is
 * there are left out by the template.
 */
function callPlaces(
  text: string,
  messages: readonly ChatMessage[],
  contents: readonly Place[],
  unknown: Set<number>
): Place[] {
  const places: Place[] = [];
  for (const [message, {toolCalls}] of messages.entries()) {
    if (toolCalls.length === 0) continue;
    const before = contents.filter((place) => place.message <= message);
    const from = Math.max(0, ...before.map(({end}) => end));
    const behind = contents.filter((place) => place.message > message);
    const window = text.slice(0, Math.min(text.length, ...behind.map(({start}) => start)));
    let [start, end] = [Number.POSITIVE_INFINITY, from];
    for (const call of toolCalls) {
      const found = callIn(window, end, call);
      if (found === undefined) {
        if (isMentioned(window, from, call)) unknown.add(message);
        continue;
      }
      start = Math.min(start, found.start);
      ({end} = found);
    }
    if (start < end && !unknown.has(message)) places.push({message, start, end});
  }
  return places;
}

function isMentioned(text: string, from: number, {name, arguments: written}: ToolCall): boolean {
  return [name, ...leaves(JSON.parse(written))].some((part) => part !== "" && text.indexOf(part, from) !== -1);
}

function callIn(
  text: string,
  from: number,
  {name, arguments: written}: ToolCall
): {readonly start: number; readonly end: number} | undefined {
  const value: unknown = JSON.parse(written);
  const forms = [written, JSON.stringify(value), spacedJson(value), JSON.stringify(written)];
  const form = written === "{}" ? undefined : forms.find((form) => text.indexOf(form, from) !== -1);
  if (form !== undefined) {
    const start = text.indexOf(form, from);
    const before = text.lastIndexOf(name, start - name.length);
    if (before >= from) return {start: before, end: start + form.length};
    const behind = text.indexOf(name, start + form.length);
    return behind === -1 ? undefined : {start, end: behind + name.length};
  }
  const start = text.indexOf(name, from);
  if (start === -1) return undefined;
  let end = start + name.length;
  for (const leaf of leaves(value)) {
    const at = text.indexOf(leaf, end);
    if (at === -1) return undefined;
    end = at + leaf.length;
  }
  return {start, end};
}

/** JSON as Python writes it. */
function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${spacedJson(item)}`);
  return `{${members.join(", ")}}`;
}

/** The values in a value, as text: some templates write each argument by itself. */
function leaves(value: unknown): string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(leaves);
  return typeof value === "string" || typeof value === "number" ? [String(value)] : [];
}
