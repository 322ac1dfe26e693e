import type {Language} from "../text/language";

/** The first message of every view: its script runs, and draws nothing before it knows the language. */
export interface Hello {
  readonly type: "hello";
}

/** The host's answer to {@link Hello}. */
export interface LanguageAnswer {
  readonly type: "language";
  readonly language: Language;
}
