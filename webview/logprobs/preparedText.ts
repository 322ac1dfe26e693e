import type {SavedText, ScoredText} from "../../src/features/logprobs/protocol";
import {Blocks} from "./blocks";
import type {Colouring} from "./colouring";
import {savedTextIfShort} from "./savedState";
import {ShownText} from "./shownText";

/** What is worked out about a text before any of it is drawn. */
export interface PreparedText {
  readonly text: ShownText;
  readonly colouring: Colouring;
  readonly blocks: Blocks;
  /** The text as VS Code saves it; null if it is too long. */
  readonly saved: SavedText | null;
}

/** Yields after some milliseconds' work: the page must not stand still for a long text. */
export function* preparedText(
  scored: ScoredText,
  colouringOf: (text: ShownText) => Generator<void, Colouring>
): Generator<void, PreparedText> {
  const text = new ShownText(scored);
  yield;
  const colouring = yield* colouringOf(text);
  yield;
  const blocks = yield* Blocks.inSteps(text);
  yield;
  const saved = savedTextIfShort(scored);
  // What follows draws: it has a task of its own after long work.
  yield;
  return {text, colouring, blocks, saved};
}
