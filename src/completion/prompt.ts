import type {InfillTokens} from "./infillTokens";

/** A file that the model is shown beside the one that is written in: token ids. */
export interface FileTokens {
  /** Its path, and a line break. */
  readonly path: readonly number[];
  readonly text: readonly number[];
}

/** What a prompt is made of, as token ids without marks; of each text all that there is. */
export interface PromptParts {
  readonly bos: number | null;
  /** The repository's name, and a line break; empty where it has none. */
  readonly repository: readonly number[];
  /** The most useful last: it stands next to the text, and is the last to be left out. */
  readonly files: readonly FileTokens[];
  /** The path of the file that is written in, and a line break. */
  readonly path: readonly number[];
  /** What stands above the middle. */
  readonly before: readonly number[];
  /** The beginning of the middle: the last lines up to the cursor. */
  readonly middle: readonly number[];
  readonly after: readonly number[];
}

/** Share of the text's room that what stands before the cursor may take when what follows needs the rest. */
const prefixShare = 0.75;

/** Share of the prompt's room that other files may take. */
const filesShare = 0.5;

/**
 * Share of the text's room by which that of the middle grows. What is left for the rest is the same from one key to the
 * next: were it a token less, the rest would be cut elsewhere, and evaluated again.
 */
export const middleStep = 1 / 4;

/** Lines above the cursor's that stand in the middle at the least, and by how many more the middle may grow. */
const middleLines = 4;
const middleGrowth = [16, 8, 4];

/**
 * The token ids of a fill-in-the-middle prompt of at most `room` tokens.
 *
 * The last lines up to the cursor stand where the middle begins: whatever is typed there leaves all before it in the KV cache,
 * and the model continues what stands right before it (docs/decisions/completion.md).
 * Other files stand first, in the form in which Qwen2.5-Coder and StarCoder 2 were trained on repositories, and only where
 * the vocabulary has a token for a file's path: text between files that the model has never seen there misleads it.
 *
 * @param endsLine Says whether a token ends in a line break: what is left out ends with a line where one is near.
 */
export function infillPrompt(
  parts: PromptParts,
  infill: InfillTokens,
  room: number,
  endsLine: (id: number) => boolean
): number[] {
  const bos = parts.bos === null ? [] : [parts.bos];
  const marks = infill.middle === null ? 2 : 3;
  const textRoom = Math.max(2, room - bos.length - marks);
  const middle = last(parts.middle, Math.floor(textRoom / 2));
  const step = Math.max(1, Math.floor(textRoom * middleStep));
  const middleRoom = Math.min(Math.max(1, Math.ceil(middle.length / step)) * step, Math.floor(textRoom / 2));
  const withoutMiddle = textRoom - middleRoom;
  const others = otherFiles(
    parts,
    infill,
    Math.min(Math.floor(textRoom * filesShare), spare(parts, textRoom, withoutMiddle))
  );
  const sides = withoutMiddle - others.length;
  const most = Math.max(Math.floor(sides * prefixShare), sides - parts.after.length);
  const before = lastLines(parts.before, most, endsLine);
  const after = parts.after.slice(0, sides - before.length);
  const text =
    infill.order === "spm"
      ? [infill.suffix, ...after, infill.prefix, ...before, ...middle]
      : [
          infill.prefix,
          ...before,
          infill.suffix,
          ...after,
          ...(infill.middle === null ? [] : [infill.middle]),
          ...middle
        ];
  return [...bos, ...others, ...text];
}

/**
 * UTF-16 offsets in the text before the cursor at which the middle may begin, the best first: so many lines above the
 * cursor's, then fewer, then the cursor's line alone, then nothing. It stays where it is while lines are added at the cursor,
 * and moves on when there are too many.
 */
export function middleStarts(prefix: string): readonly number[] {
  const starts = [0, ...[...prefix.matchAll(/\n/g)].map(({index}) => index + 1)];
  const row = starts.length - 1;
  const steady = middleGrowth.map((lines) => Math.max(0, Math.floor((row - middleLines) / lines) * lines));
  return [...[...steady, row].map((index) => starts[index] as number), prefix.length];
}

/** Without tokens to fill in with: the text before the cursor alone. */
export function plainPrompt(
  bos: number | null,
  before: readonly number[],
  room: number,
  endsLine: (id: number) => boolean
): number[] {
  const start = bos === null ? [] : [bos];
  return [...start, ...lastLines(before, Math.max(1, room - start.length), endsLine)];
}

/** Tokens that other files may have: at least what the text itself leaves of half the room, and all that it leaves. */
function spare({before, after}: PromptParts, textRoom: number, withoutMiddle: number): number {
  return Math.max(Math.floor(textRoom * (1 - prefixShare)), withoutMiddle - before.length - after.length);
}

/** The repository's name, other files, and the path of the file that follows, all in at most `room` tokens, or nothing. */
function otherFiles({repository, files, path}: PromptParts, infill: InfillTokens, room: number): number[] {
  if (infill.file === null) return [];
  const head = infill.repository === null || repository.length === 0 ? [] : [infill.repository, ...repository];
  const foot = [infill.file, ...path];
  let left = room - head.length - foot.length;
  if (path.length === 0 || left < 0) return [];
  const kept: number[][] = [];
  for (const file of files.toReversed()) {
    const tokens = [infill.file, ...file.path, ...file.text];
    if (tokens.length > left) break;
    left -= tokens.length;
    kept.unshift(tokens);
  }
  return [...head, ...kept.flat(), ...foot];
}

/**
 * The last ids, `most` at most, from the start of a line on where one is in reach. How many are left out grows in steps of a
 * quarter of `most`, not with each key: successive prompts begin alike, so the KV cache holds.
 */
function lastLines(ids: readonly number[], most: number, endsLine: (id: number) => boolean): readonly number[] {
  if (ids.length <= most) return ids;
  const step = Math.max(1, Math.floor(most / 4));
  const out = Math.min(ids.length, Math.ceil((ids.length - most) / step) * step);
  for (let index = out; index < Math.min(out + step, ids.length); index++)
    if (endsLine(ids[index - 1] as number)) return ids.slice(index);
  return ids.slice(out);
}

function last<T>(items: readonly T[], count: number): readonly T[] {
  return items.length <= count ? items : items.slice(items.length - count);
}
