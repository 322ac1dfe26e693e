import type {ModelDescription, ModelRef} from "./models";

/**
 * What a text is as a prompt: JSON with `messages` as OpenAI's interface takes them, Markdown with front matter (`.prompt.md`), or
 * plain text. The last two are one message of the user's.
 */
export type PromptForm = "json" | "markdown" | "text";

export interface CountChatParams {
  readonly model: ModelRef;
  readonly text: string;
  readonly form: PromptForm;
  /** Let the template write what begins the model's answer. Default: unless the last message is the model's. */
  readonly addGenerationPrompt?: boolean;
  /** The time that a template may write into the text, in milliseconds since 1970. Default: now. */
  readonly now?: number;
}

/** Tokens of a chat after the model's chat template. The parts add up to `count`; null counts as the template's. */
export interface ChatCount {
  readonly model: ModelDescription;
  readonly count: number;
  readonly messages: readonly MessageCount[];
  /** What the template writes by itself, with BOS, and all that can't be told apart from it. */
  readonly template: number;
  /** What the chat has more with its tools than without. Null: without tools, or the template doesn't render without them. */
  readonly tools: number | null;
  /** What begins the model's answer. Null: none was asked for, or it can't be told apart. */
  readonly generationPrompt: number | null;
  /** All that the model sees, with special tokens written out. */
  readonly rendered: string;
  /** The day that the template has written into the text, as in "2026-11-30". */
  readonly date: string | null;
  readonly warnings: readonly string[];
}

export interface MessageCount {
  readonly role: string;
  /** How the message begins, in one line. */
  readonly beginning: string;
  /** Its place in the text that was counted, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /**
   * Tokens that begin in its content or its tool calls. Null where they can't be found in what the template has made of them; 0 where the
   * template leaves the message out.
   */
  readonly tokens: number | null;
}
