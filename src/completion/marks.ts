import {infillTexts} from "../gguf/infillTexts";

/**
 * Texts of tokens that are marks and no text: with which models are trained to end, to part files and what surrounds them, to fill
 * up and to hold a conversation. In each row a family, or what several share; what {@link shapes} knows is not in it. llama.cpp
 * knows a part of them (`llama_vocab::impl::load`), and of some only one token a vocabulary.
 *
 * A vocabulary has such a text as one token only where its makers added it: pre-tokenizers take brackets and letters apart. So the
 * text alone says that it is a mark, whatever type the file gives it; where a person writes it, or a model in several tokens, it
 * stays text. Not in here is what a vocabulary has as text: `<s>`, `</s>` and other HTML (Gemma), `<unk>` (Qwen has learned it),
 * `<mask>` (an element of SVG), `<think>` and `<tool_call>` (XML that people write prompts with), and the names that stand for what
 * was blacked out (`<NAME>`). Those are marks only where the file says so, by type or by name ({@link isNamedMark}).
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

/** What marks look like in the families that have many. An operator (`<|>`, `<|*|>`) has no letter. */
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
  // Set aside by the makers for what may come: T5, Gemma, Baichuan, Nemotron, Mistral, Kimi, InternLM.
  /^<(?:extra_id|unused|reserved|reserved_token|SPECIAL)_?\d+>$/,
  /^\[(?:control|extra_id|UNUSED_TOKEN)_?\d+\]$/,
  // What converters fill a vocabulary up with to the width of its weights.
  /^\[PAD_?\d+\]$/
];

/** As the vocabulary has it, or without the space that SentencePiece's `▁`, or a converter in its place, stands for. */
const known: ReadonlySet<string> = new Set(texts.map(withSpaces));

/** Whether a token with this text is a mark, whatever type its file gives it. */
export function isMark(text: string): boolean {
  const plain = withSpaces(text);
  return known.has(plain) || shapes.some((shape) => shape.test(plain));
}

/**
 * Whether a token that the file names as one of its special ones is a mark. Files name wrong ids, too: a word or a sign in
 * the place of a token to fill up with would end what is written there.
 */
export function isNamedMark(text: string): boolean {
  return isMark(text) || /^<.+>$|^\[.+\]$/s.test(withSpaces(text));
}

function withSpaces(text: string): string {
  return text.replaceAll("▁", " ").trim();
}
