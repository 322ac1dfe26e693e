import type {InfillTokens} from "./infillTokens";

/** Another file for the prompt, as token ids. */
export interface FileTokens {
  /** The path and a line break. */
  readonly path: readonly number[];
  readonly text: readonly number[];
}

/** The parts of a prompt, uncut, as token ids without fill-in-the-middle tokens. */
export interface PromptParts {
  readonly bos: number | null;
  /** The repository's name and a line break; empty without a repository. */
  readonly repository: readonly number[];
  /** Other files, the most useful last: it stands next to the text and is the last to be left out. */
  readonly files: readonly FileTokens[];
  /** The path of the file at the cursor and a line break. */
  readonly path: readonly number[];
  /** The text before the middle. */
  readonly before: readonly number[];
  /** The start of the middle: the last lines before the cursor. */
  readonly middle: readonly number[];
  readonly after: readonly number[];
}

/** Share of the text's tokens for the prefix if the suffix needs the rest. */
const prefixShare = 0.75;

/** Max share of the prompt's tokens for other files. */
const filesShare = 0.5;

/**
 * The middle's room grows in steps of this share of the text's room. Otherwise each key would move the cut in the rest,
 * and the rest would be evaluated again.
 */
export const middleStep = 1 / 4;

/** Min lines above the cursor's line in the middle, and how many more it may grow by before it starts further down. */
const middleLines = 4;
const middleGrowth = [16, 8, 4];

/**
 * The token ids of a fill-in-the-middle prompt of at most `room` tokens.
 *
 * The last lines before the cursor are the start of the middle. So typing leaves everything before them in the KV
 * cache, and the model continues the text right before the cursor (docs/decisions/completion.md). Other files stand
 * first, in the format in which Qwen2.5-Coder and StarCoder 2 were trained on repositories. They need a token for a
 * file's path: an unknown separator misleads the model.
 *
 * @param endsLine Whether a token ends in a line break: cuts are made at line ends if one is near.
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
  const maxBefore = Math.max(Math.floor(sides * prefixShare), sides - parts.after.length);
  const before = lastLines(parts.before, maxBefore, endsLine);
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
 * UTF-16 offsets in the prefix where the middle may begin, the best first: several lines above the cursor, then fewer,
 * then the cursor's line, then the cursor. The offset stays while lines are added at the cursor, and moves when there
 * are too many.
 */
export function middleStarts(prefix: string): readonly number[] {
  const starts = [0, ...[...prefix.matchAll(/\n/g)].map(({index}) => index + 1)];
  const row = starts.length - 1;
  const steady = middleGrowth.map((lines) => Math.max(0, Math.floor((row - middleLines) / lines) * lines));
  return [...[...steady, row].map((index) => starts[index] as number), prefix.length];
}

/** The prompt of a model without fill-in-the-middle tokens: the text before the cursor. */
export function plainPrompt(
  bos: number | null,
  before: readonly number[],
  room: number,
  endsLine: (id: number) => boolean
): number[] {
  const start = bos === null ? [] : [bos];
  return [...start, ...lastLines(before, Math.max(1, room - start.length), endsLine)];
}

/** Max tokens for other files: what the text leaves over, but at least a quarter of its room. */
function spare({before, after}: PromptParts, textRoom: number, withoutMiddle: number): number {
  return Math.max(Math.floor(textRoom * (1 - prefixShare)), withoutMiddle - before.length - after.length);
}

/** The repository's name, the other files, and the path of the file at the cursor: at most `room` tokens, or none. */
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
 * The last ids, at most `max`, from the start of a line if one is near. The cut moves in steps of a quarter of `max`
 * and not with each key: the next prompt begins alike, and the KV cache can be used.
 */
function lastLines(ids: readonly number[], max: number, endsLine: (id: number) => boolean): readonly number[] {
  if (ids.length <= max) return ids;
  const step = Math.max(1, Math.floor(max / 4));
  const out = Math.min(ids.length, Math.ceil((ids.length - max) / step) * step);
  for (let index = out; index < Math.min(out + step, ids.length); index++)
    if (endsLine(ids[index - 1] as number)) return ids.slice(index);
  return ids.slice(out);
}

function last<T>(items: readonly T[], count: number): readonly T[] {
  return items.length <= count ? items : items.slice(items.length - count);
}
