/*
 * Places at which the tokenizers of llama.cpp always begin a new word, whatever stands before and behind. Both sides are then
 * tokenized as if the other were not there. llama-vocab.cpp has the patterns; test/engine/safeSplitPoints.test.ts tries the places
 * with each of them.
 */

/**
 * Letters that all patterns take for letters. Not all there are: DeepSeek's patterns list some scripts only, and llama.cpp's
 * Unicode is older than JavaScript's.
 */
const letter = "A-Za-zÀ-ÖØ-öø-ƺА-яёЁ一-龥ぁ-ゖァ-ヺ가-힣";

/** White space, ASCII punctuation and symbols. Not the apostrophe, which may go with the letters before it: `it's`. */
const sign = String.raw` \t\r\n!"#$%&()*+,\-./:;<=>?@[\\\]^\x60{|}~`;

/** East Asian punctuation. */
const wideSign = "，。！？：；、（）「」『』《》";

/** A letter or digit, and a sign or digit behind it. */
const listed = `(?<=[${letter}])(?=[0-9_${sign}${wideSign}])|(?<=[0-9])(?=[${sign}])`;

/** And a space behind a letter of any script, or behind a mark that may go with it. */
const words = new RegExp(`${listed}|(?<=[\\p{L}\\p{M}])(?= )`, "gu");

/** DeepSeek's patterns leave what they do not list in one word. */
const listedWords = new RegExp(listed, "gu");

/** EXAONE MoE has a pattern for several words with single spaces between them. */
const phrases = new RegExp(`(?<=[${letter}])(?=[0-9_${sign.slice(1)}])|(?<=[0-9])(?=[${sign}])`, "gu");

/** BLOOM's words end at white space and a few signs only. */
const longWords = new RegExp(`(?<=[0-9${letter}])(?=[ \\t\\r\\n(|.,!?…。，、)])`, "gu");

/** BERT's words end at white space, whatever comes before. Digits go with letters; each sign and each Han character is a word. */
export const bertWords = new RegExp(
  `(?<=\\S)(?=[ \\t\\r\\n])|(?<=[0-9${letter}])(?=[_${sign}${wideSign}])|(?<=[一-龥])(?=[一-龥])`,
  "gu"
);

const places = new Map<string, RegExp>([
  ...["bloom", "gpt3-finnish", "poro-chat", "viking"].map((name) => [name, longWords] as const),
  ...["deepseek-coder", "deepseek-llm"].map((name) => [name, listedWords] as const),
  ["exaone-moe", phrases]
]);

/** Their patterns leave all but numbers, or but a few signs, in one word. */
const unlike = new Set(["chameleon", "gemma4", "granite-embed-multi-311m", "sarvam-moe", "superbpe", "whitespace"]);

/** Where the words of a BPE vocabulary's pre-tokenizer begin; undefined if no places are known. */
export function wordPlaces(preTokenizer: string): RegExp | undefined {
  return unlike.has(preTokenizer) ? undefined : (places.get(preTokenizer) ?? words);
}
