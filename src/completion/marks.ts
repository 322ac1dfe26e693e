import {infillTexts} from "../gguf/infillTexts";

/**
 * Texts of marks: control tokens that end a text, separate files, pad, or structure a conversation. Each row has one
 * family of models or what several share, without the texts that match {@link shapes}. llama.cpp knows only a part of
 * them (`llama_vocab::impl::load`).
 *
 * A vocabulary has such a text as one token only if its makers added it, because pre-tokenizers separate brackets and
 * letters. So the text alone identifies a mark, whatever its type in the file. Written by a person, or by a model in
 * several tokens, it stays text. Texts that a vocabulary may have as plain text are not listed: `<s>`, `</s>` and other
 * HTML (Gemma), `<unk>` (Qwen has learned it), `<mask>` (SVG), `<think>` and `<tool_call>` (XML in prompts), and
 * placeholders for redacted text (`<NAME>`). They are marks only if the file says so, by type or by name ({@link
 * isNamedMark}).
 */
const texts: readonly string[] = [
  ...Object.values(infillTexts).flat(),
  // llama.cpp's own list, Gemma.
  ..."<eos> <bos> <pad> <start_of_turn> <end_of_turn> <end_of_utterance> <start_of_image> <end_of_image>".split(" "),
  '<|"|>',
  // CodeLlama, and llama.cpp's spelling of it.
  ..."<EOT> _<EOT> <PAD> <REPO> <<SYS>> <</SYS>>".split(" "),
  // SantaCoder, StarCoder, SmolLM, StableCode, Refact, Granite.
  ..."<fim-pad> <fim_pad> <fim-repo> <repo_continuation> <gh_stars> <issue_start> <issue_comment> <issue_closed>".split(
    " "
  ),
  ..."<jupyter_start> <jupyter_text> <jupyter_code> <jupyter_output> <jupyter_script> <empty_output>".split(" "),
  ..."<commit_before> <commit_msg> <commit_after> <code_to_intermediate> <intermediate_to_code>".split(" "),
  ..."<pr> <pr_status> <pr_is_merged> <pr_base> <pr_file> <pr_base_code> <pr_diff> <pr_diff_hunk> <pr_comment>".split(
    " "
  ),
  ..."<pr_event_id> <pr_review> <pr_review_state> <pr_review_comment> <pr_in_reply_to_review_id>".split(" "),
  ..."<pr_in_reply_to_comment_id> <pr_diff_hunk_comment_line>".split(" "),
  // Mistral, Codestral, Devstral.
  ..."[INST] [/INST] [SYSTEM_PROMPT] [/SYSTEM_PROMPT] [AVAILABLE_TOOLS] [/AVAILABLE_TOOLS] [TOOL_CALLS]".split(" "),
  ..."[TOOL_RESULTS] [/TOOL_RESULTS] [TOOL_CONTENT] [ARGS] [CALL_ID] [THINK] [/THINK] [IMG] [IMG_BREAK] [IMG_END]".split(
    " "
  ),
  ..."[AUDIO] [BEGIN_AUDIO]".split(" "),
  // Kimi, GLM, BERT.
  ..."[BOS] [EOS] [EOT] [PAD] [UNK] [SEP] [CLS] [MASK] [gMASK] [sMASK] <sop> <eop>".split(" "),
  ..."[start_header_id] [end_header_id]".split(" "),
  // Command R, MiniMax, InternLM, TeleChat, Persimmon.
  ..."<BOS_TOKEN> <EOS_TOKEN> <EOP_TOKEN> <MASK_TOKEN> <UNK> <SEP> <CLS>".split(" "),
  ..."]~!b[ ]~b] [e~[ <eoh> <eoa> <eosys> <_start> <_end> <_pad> |ENDOFTEXT|".split(" ")
];

/** The patterns of marks in families that have many. They need a letter: `<|>` and `<|*|>` are operators. */
const shapes: readonly RegExp[] = [
  // <|im_end|>, <|file_sep|>, <｜end▁of▁sentence｜>; Gemma 4 has one bar: <|turn>, <turn|>.
  /^<[|｜][^<>]*\p{L}[^<>]*>$/u,
  /^<[^<>]*\p{L}[^<>]*[|｜]>$/u,
  // EXAONE: [|endofturn|]
  /^\[\|[^[\]]*\p{L}[^[\]]*\|\]$/u,
  // Seed-Coder: <[fim-suffix]>, <[end▁of▁sentence]>; Seed-OSS: <seed:eos>
  /^<\[[^<>]*\p{L}[^<>]*\]>$/u,
  /^<seed:[^<>]*(?:bos|eos|pad)[^<>]*>$/,
  // Falcon: >>SUFFIX<<; aiXcoder: <AIX-SPAN-POST>
  /^>>[A-Z][A-Z_\d]*<<$/,
  /^<AIX-SPAN-[A-Z]+>$/,
  // Reserved for later use: T5, Gemma, Baichuan, Nemotron, Mistral, Kimi, InternLM.
  /^<(?:extra_id|unused|reserved|reserved_token|SPECIAL)_?\d+>$/,
  /^\[(?:control|extra_id|UNUSED_TOKEN)_?\d+\]$/,
  // Padding by converters, up to the size of the weights.
  /^\[PAD_?\d+\]$/
];

/** The texts without the space that SentencePiece writes as `▁`. */
const known: ReadonlySet<string> = new Set(texts.map(withSpaces));

/** Whether a token with this text is a mark, whatever its type in the file. */
export function isMark(text: string): boolean {
  const plain = withSpaces(text);
  return known.has(plain) || shapes.some((shape) => shape.test(plain));
}

/**
 * Whether a token that the file names as a special token is a mark. Files may name a wrong id: a word as padding token
 * would end every text that contains it.
 */
export function isNamedMark(text: string): boolean {
  return isMark(text) || /^<.+>$|^\[.+\]$/s.test(withSpaces(text));
}

function withSpaces(text: string): string {
  return text.replaceAll("▁", " ").trim();
}
