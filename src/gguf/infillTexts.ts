/**
 * The texts of fill-in-the-middle tokens. The order in each row: Qwen (and newer Granite, CodeGemma), StarCoder and
 * SmolLM, StarCoder 2 and Granite, DeepSeek, CodeLlama, Codestral. The first three rows are llama.cpp's
 * (`llama_vocab::impl::load`) and Codestral's, which llama.cpp does not know.
 */
export const infillTexts = {
  prefix: [
    "<|fim_prefix|>",
    "<fim-prefix>",
    "<fim_prefix>",
    "<｜fim▁begin｜>",
    "<PRE>",
    "▁<PRE>",
    "<|code_prefix|>",
    "<|prefix|>",
    "[PREFIX]"
  ],
  suffix: [
    "<|fim_suffix|>",
    "<fim-suffix>",
    "<fim_suffix>",
    "<｜fim▁hole｜>",
    "<SUF>",
    "▁<SUF>",
    "<|code_suffix|>",
    "<|suffix|>",
    "[SUFFIX]"
  ],
  middle: [
    "<|fim_middle|>",
    "<fim-middle>",
    "<fim_middle>",
    "<｜fim▁end｜>",
    "<MID>",
    "▁<MID>",
    "<|code_middle|>",
    "<|middle|>",
    "[MIDDLE]"
  ],
  repository: ["<|repo_name|>", "<repo_name>", "<reponame>"],
  file: ["<|file_sep|>", "<file_sep>", "<filename>"]
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The texts that mark a place of a fill-in-the-middle prompt. The reader looks for them in a vocabulary. */
export const placeMarkTexts: ReadonlySet<string> = new Set([
  ...infillTexts.prefix,
  ...infillTexts.suffix,
  ...infillTexts.middle
]);
