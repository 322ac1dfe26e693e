/** What the view of prompt tests and the extension host say to each other. */
import type {Preset} from "../../sampling/presets";

export const protocolVersion = 1;

/** A prompt's place. It is read again each time that the test runs. */
export interface PromptPlace {
  readonly title: string;
  readonly uri: string;
  /** The part of the document in UTF-16 units; null: all of it. */
  readonly range: {readonly start: number; readonly end: number} | null;
}

/** Several prompts against one expected answer. */
export interface PromptsTest {
  readonly kind: "prompts";
  readonly prompts: readonly PromptPlace[];
  readonly answer: string;
}

/** How answers are drawn. */
export interface SampleSettings {
  readonly preset: Preset["id"];
  /** In place of the preset's; null: the preset's. */
  readonly temperature: number | null;
  readonly count: number;
  readonly seed: number;
  readonly maxTokens: number;
  /** "line": an answer ends before its first line break. */
  readonly extent: "line" | "unlimited";
}

/** Several answers to one prompt, and the answers to the prompt changed a little. */
export interface ConsistencyTest {
  readonly kind: "consistency";
  readonly prompt: PromptPlace;
  /** The same prompt in other words or languages. */
  readonly others: readonly PromptPlace[];
  readonly settings: SampleSettings;
}

/** A test as a reload needs it. */
export type PromptTest = PromptsTest | ConsistencyTest;

export interface Column {
  /** Its name in CSV. */
  readonly key: string;
  readonly label: string;
  /** "link": a text whose row can be opened from it. */
  readonly kind: "text" | "number" | "link";
}

/** What is read, and what it is sorted by. */
export interface Cell {
  readonly text: string;
  /** Null: there is none. */
  readonly value: string | number | null;
  /** The text says why there is no number. */
  readonly isReason?: boolean;
}

/** Stands for infinity in a {@link Cell}'s value: a message to a view is JSON, which has none. */
export const infinite = Number.MAX_VALUE;

export interface Table {
  readonly title: string;
  /** How it is sorted at first, or what else there is to say of it. */
  readonly note: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/** What is known so far. Texts are safe to show. */
export interface Report {
  readonly facts: readonly (readonly [label: string, text: string])[];
  readonly notes: readonly string[];
  readonly tables: readonly Table[];
}

export type Stage =
  | {readonly type: "idle"}
  | {readonly type: "running"; readonly message: string}
  | {readonly type: "done"}
  | {readonly type: "cancelled"}
  | {readonly type: "failed"; readonly message: string};

export type ToView = Stage & {readonly source: PromptTest; readonly report: Report | null};

export type FromView =
  | {
      /** "ready": the view listens for messages. */
      readonly type: "ready" | "runAgain" | "change" | "cancel" | "copyMarkdown" | "copyJson";
    }
  | {readonly type: "copyCsv"; readonly table: number}
  /** Opens what a row is about: a prompt's place, or a text. */
  | {readonly type: "open"; readonly table: number; readonly row: number};

export interface ViewState {
  readonly version: typeof protocolVersion;
  readonly source: PromptTest;
}
