import type {ShownText} from "./shownText";

/** Tokens `[start, end)` that are laid out together. The number of lines estimates their height. */
export interface Block {
  readonly start: number;
  readonly end: number;
  readonly lines: number;
}

const preferredTokens = 256;
const maxTokens = 1024;

/**
 * Cuts the tokens into blocks, which the browser lays out only when they are visible. A block starts on a new line, so it ends
 * where a token ends a line. Only a line of more than {@link maxTokens} is cut inside.
 */
export function cutIntoBlocks(shown: ShownText): Block[] {
  const {drawn} = shown;
  const {text} = shown.scored;
  const blocks: Block[] = [];
  let start = 0;
  let lines = 1;
  for (let token = 0; token < drawn; token++) {
    const end = shown.end(token);
    for (let at = shown.start(token); at < end; at++) if (text[at] === "\n") lines++;
    const size = token + 1 - start;
    const full = size === maxTokens || (size >= preferredTokens && shown.endsLine(token));
    if (full || token + 1 === drawn) {
      blocks.push({start, end: token + 1, lines});
      start = token + 1;
      lines = 1;
    }
  }
  return blocks;
}
