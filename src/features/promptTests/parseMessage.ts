import * as v from "valibot";
import type {Hello} from "../../contract/webview";
import {type Preset, presets} from "../../sampling/presets";
import {parsed, wholeNumber} from "../../text/guard";
import {type FromView, type PromptTest, protocolVersion, type SampleSettings} from "./protocol";

/** Characters of an address or a title, of an answer, and the number of prompts that are restored after a reload. */
const maxLength = 1 << 13;
const maxAnswer = 1 << 20;
const maxPrompts = 1000;

const message: v.GenericSchema<unknown, FromView | Hello> = v.variant("type", [
  v.object({type: v.picklist(["hello", "ready", "runAgain", "change", "cancel", "copyMarkdown", "copyJson"])}),
  v.object({type: v.literal("copyCsv"), table: wholeNumber}),
  v.object({type: v.literal("open"), table: wholeNumber, row: wholeNumber})
]);

const place = v.object({
  title: v.pipe(v.string(), v.maxLength(maxLength)),
  uri: v.pipe(v.string(), v.nonEmpty(), v.maxLength(maxLength)),
  range: v.nullable(v.object({start: wholeNumber, end: wholeNumber}))
});

const places = v.pipe(v.array(place), v.maxLength(maxPrompts));

/** The most that can be asked for. Answers are compared in pairs, in the extension host: not more, and not longer ones. */
export const limits = {count: 100, seed: 2 ** 48 - 100, maxTokens: 1024, temperature: 100} as const;

const from1 = (most: number) => v.pipe(wholeNumber, v.minValue(1), v.maxValue(most));

const settings: v.GenericSchema<unknown, SampleSettings> = v.object({
  preset: v.picklist(presets.map(({id}): Preset["id"] => id)),
  temperature: v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(limits.temperature))),
  count: from1(limits.count),
  seed: v.pipe(wholeNumber, v.maxValue(limits.seed)),
  maxTokens: from1(limits.maxTokens),
  extent: v.picklist(["line", "unlimited"])
});

const viewState = v.object({
  version: v.literal(protocolVersion),
  source: v.variant("kind", [
    v.object({
      kind: v.literal("prompts"),
      prompts: v.pipe(places, v.nonEmpty()),
      answer: v.pipe(v.string(), v.nonEmpty(), v.maxLength(maxAnswer))
    }),
    v.object({kind: v.literal("consistency"), prompt: place, others: places, settings})
  ])
});

/** The message as its type says, or null for anything else. */
export function parseMessage(value: unknown): FromView | Hello | null {
  return parsed(message, value);
}

/** What a view of this version tested, or null: another version of this extension may have saved the state. */
export function parseViewState(state: unknown): PromptTest | null {
  return parsed(viewState, state)?.source ?? null;
}

/** How answers were drawn the last time, or null. */
export function parseSettings(value: unknown): SampleSettings | null {
  return parsed(settings, value);
}
