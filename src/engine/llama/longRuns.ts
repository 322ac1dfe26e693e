import {readFileSync} from "node:fs";

/** The usual main stack on Linux and macOS, in bytes, and the longest run that all tokenizers were seen to take with it. */
const usualStack = 8 << 20;
const runOnUsualStack = 20_000;

/**
 * The longest run of code points of one kind that llama.cpp's tokenizers can take. llama.cpp splits a text by std::regex, which
 * calls functions one or more levels deeper with each character that a loop (`\p{L}+`) takes: with 8 MB of stack 20,000 are fine,
 * whatever the loop, and 24,000 are not. Beyond the stack the process ends, without an error to catch. An unknown stack is taken
 * to be half as large.
 */
export const maxRunLength = Math.floor(runOnUsualStack * Math.min(1, (stackBytes() ?? usualStack / 2) / usualStack));

/** The main stack in bytes; only Linux tells. */
function stackBytes(): number | undefined {
  try {
    const found = /^Max stack size\s+(\d+|unlimited)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return found === "unlimited" ? usualStack : found && Number(found) > 0 ? Number(found) : undefined;
  } catch {
    return undefined;
  }
}

/** The characters that end a loop's run. Rather too few of them, so that no run is taken to be shorter than it is. */
type Ends = RegExp;

const letters: Ends = /[^\p{L}\p{M}]/gu;
const numbers: Ends = /\P{N}/gu;
const whiteSpace: Ends = /[^\s\x85]/gu;
/**
 * Punctuation, symbols and all else that is neither letter nor number, and the line ends and slashes that patterns let follow.
 * Beyond U+FFFF a letter or number may be one that llama.cpp's older Unicode does not know.
 */
const signs: Ends = /(?![\u{10000}-\u{10ffff}])[\p{L}\p{N}]|[\t\v\f \xa0\u1680\u2000-\u200a\u202f\u205f]/gu;

/** The loops of most pre-tokenizers since GPT-4's, which take at most three digits. */
const usual = [letters, whiteSpace, signs];

const punctuation: Ends = /[^\p{P}$+<=>^~|`]/gu;
// llama.cpp does not take a byte order mark for white space.
const visible: Ends = /(?!\ufeff)\s/gu;
const bloomWords: Ends = /(?!\ufeff)[\s(|.,!?…。，、।۔،)]/gu;
const letterSpaces: Ends = /[^\p{L}\p{M} ]/gu;
const kana: Ends = /[^一-龥\u3040-\u30ff]/gu;
const eastAsianSigns: Ends = /[^！…“”‘’—：；，\u3001-\u303f\ufe30-\ufe4f]/gu;
const asianScripts: Ends =
  /[^一-\u9fff㐀-\u4dbf\uf900-\ufaff\u3040-\u30ff\uff65-\uff9f\u2f00-\u2fdf\u0e40-\u0e7f\u0e80-\u0eff\u1780-\u17ff\u1000-\u109f\uaa60-\uaa7f\ua9e0-\ua9ff\uac00-\ud7af\u1100-\u11ff]/gu;
/** DeepSeek's "CJK" is U+0800 to U+D7FF, without what its earlier patterns have split off. */
const deepSeekLlmScripts: Ends = /[^\u0800-\ud7ff]|[\u2018-\u201f\u3000-\u3002]/gu;
const deepSeekCoderScripts: Ends = /[^\u0800-\ud7ff]|[\p{L}\p{P}]/gu;

/**
 * The loops of each pre-tokenizer (`tokenizer.ggml.pre`) that llama.cpp gives to std::regex. Its own code for the others takes runs
 * of any length. The source is llama-vocab.cpp and unicode_regex_split_custom in unicode.cpp; test/engine/longRuns.test.ts compares
 * the names with it, and tries each.
 */
const loops = new Map<string, readonly Ends[]>([
  ...named(["default"], [punctuation, numbers]),
  ...named(["falcon"], [punctuation]),
  ...named(["chameleon", "superbpe"], [numbers]),
  ...named(["bloom", "gpt3-finnish", "poro-chat", "viking"], [bloomWords]),
  ...named(["whitespace"], [visible]),
  ...named(["deepseek-llm"], [...usual, numbers, deepSeekLlmScripts]),
  ...named(["deepseek-coder"], [letters, punctuation, deepSeekCoderScripts]),
  ...named(["deepseek-v3", "hunyuan-dense", "hy_v4", "joyai-llm", "spark2_5"], [...usual, kana]),
  ...named(["youtu"], [...usual, kana, eastAsianSigns]),
  ...named(["afmoe"], [...usual, asianScripts]),
  ...named(["exaone-moe"], [letterSpaces, whiteSpace, signs]),
  ...named(["jais-2", "minicpm5", "seed-coder", "tekken", "ufakzeka"], usual),
  ...named(["bailingmoe", "bailingmoe2", "llada-moe"], usual),
  ...named(["gpt-4o", "granite-embed-multi-97m", "kanana2", "llama4", "minimax-m2", "talkie"], usual),
  ...named(["cohere2moe", "tiny_aya"], usual)
]);

function named(names: readonly string[], ends: readonly Ends[]): (readonly [string, readonly Ends[]])[] {
  return names.map((name) => [name, ends]);
}

/** Whether a BPE vocabulary's pre-tokenizer can't take this text: one loop would take a run longer than {@link maxRunLength}. */
export function hasLongRun(text: string, preTokenizer: string): boolean {
  return loops.get(preTokenizer)?.some((ends) => hasRun(text, ends)) ?? false;
}

export function preTokenizersWithLoops(): readonly string[] {
  return [...loops.keys()];
}

function hasRun(text: string, ends: Ends): boolean {
  // A run that is too long covers half its length after one of these places, so most of a text need not be looked at.
  const step = maxRunLength / 2;
  for (let at = 0; at < text.length; ) {
    const end = nextEnd(text, ends, at);
    if (end - at < step) at += step;
    else {
      if (isLong(text.slice(beginning(text, ends, at), end))) return true;
      at = end;
    }
  }
  return false;
}

function nextEnd(text: string, ends: Ends, from: number): number {
  ends.lastIndex = from;
  return ends.exec(text)?.index ?? text.length;
}

/** The beginning of the run at `at`; the place that was looked at before is not in that run. */
function beginning(text: string, ends: Ends, at: number): number {
  let start = Math.max(0, at - maxRunLength / 2);
  ends.lastIndex = start;
  for (let found = ends.exec(text); found !== null && found.index < at; found = ends.exec(text)) start = ends.lastIndex;
  return start;
}

function isLong(run: string): boolean {
  if (run.length <= maxRunLength) return false;
  let codePoints = 0;
  for (const _ of run) if (++codePoints > maxRunLength) return true;
  return false;
}
