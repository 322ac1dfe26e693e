import * as l10n from "@vscode/l10n";

/** Where in a grammar's text: from 1, the column in UTF-16 units. */
export interface GrammarPlace {
  readonly line: number;
  readonly column: number;
}

/** A grammar or a schema that can't be used. The message is one sentence for people, with the place in it where there is one. */
export class GrammarError extends Error {
  override readonly name = "GrammarError";

  /** @param place Null where no single place is to blame. */
  constructor(
    message: string,
    readonly place: GrammarPlace | null = null
  ) {
    super(message);
  }
}

/** A grammar that llama.cpp might take, but that would cost too much here. */
export function tooLarge(): GrammarError {
  return new GrammarError(
    l10n.t("The grammar is too large or too ambiguous: use fewer rules, alternatives and repetitions.")
  );
}
