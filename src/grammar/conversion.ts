import type {GrammarText} from "./grammarText";
import type {JsonLayout} from "./jsonRules";

/** A schema that is becoming a grammar, as seen by what converts one kind of value. */
export interface Conversion {
  readonly layout: JsonLayout;
  readonly text: GrammarText;
  /** The name of the rule for a schema. */
  rule(schema: unknown, path: string, name: string): string;
  /** Says that a keyword is not checked. */
  report(path: string, keyword: string): void;
}
