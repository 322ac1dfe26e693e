import type {ShownText} from "./shownText";

/** Tokens `[start, end)` that are laid out together, and the lines they hold: an estimate of their height. */
export interface Block {
  readonly start: number;
  readonly end: number;
  readonly lines: number;
}

const preferredTokens = 256;
const maxTokens = 1024;

/**
 * Cuts the tokens into blocks the browser can leave out of layout while they are out of sight. A block is a line of its own,
 * so it ends where a token ends a line; only a line of more than {@link maxTokens} is cut inside.
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
