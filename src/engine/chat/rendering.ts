import type {ChatMessage, ChatTool} from "../../text/promptFile";

/** What the process that runs templates is asked for. */
export interface RenderTask {
  readonly template: string;
  readonly bos: string;
  readonly eos: string;
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ChatTool[];
  readonly addGenerationPrompt: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The same chat rendered in several ways, to tell its parts apart. Null: the template fails so. */
export interface Rendered {
  readonly text: string;
  readonly withoutGenerationPrompt: string | null;
  readonly withoutTools: string | null;
  /** With a sign in place of each message's content; null where a content would look like one. */
  readonly signed: string | null;
  /** The template has written the date. */
  readonly dated: boolean;
}

export type RenderAnswer =
  | {readonly kind: "rendered"; readonly rendered: Rendered}
  /** In the template's own words. */
  | {readonly kind: "refused"; readonly message: string}
  /** The template is not valid, or uses what the interpreter doesn't have. */
  | {readonly kind: "failed"; readonly message: string}
  | {readonly kind: "tooLong"};

/** Maximum UTF-16 units of a rendered chat. */
export const maxRendered = 1 << 24;

/** Time that a template has, in milliseconds. Real ones take some hundredths of a second. */
export const timeLimit = 5000;

/** A part of a message's content; most have one. */
export interface ContentPart {
  readonly message: number;
  readonly text: string;
}

/** The parts of all messages, in order. A part's sign has its number in this list. */
export function contentParts(messages: readonly ChatMessage[]): ContentPart[] {
  return messages.flatMap(({content}, message) => [content].flat().map((text) => ({message, text})));
}

/** What stands in place of a content: characters of the private use area, which no template looks for, trims or changes. */
export const signOf = (part: number): string => `\uf8f1\uf8f2${part}\uf8f2\uf8f1`;

export const signs = /\uf8f1\uf8f2(\d+)\uf8f2\uf8f1/g;
