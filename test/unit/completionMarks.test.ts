import {strict as assert} from "node:assert";
import {isMark, isNamedMark} from "../../src/completion/marks";

/**
 * What llama.cpp ends a text with, or takes for a mark of a prompt, by the text alone (llama-vocab.cpp); `</s>` it ends
 * itself.
 */
const llamaCpp = [
  ..."<|eot_id|> <|im_end|> <|end|> <end_of_turn> <|endoftext|> <|end_of_text|> <EOT> _<EOT> [EOT] [EOS]".split(" "),
  ..."<｜end▁of▁sentence｜> <end_of_utterance> <|eom_id|> <|return|> <|call|> <|flush|> <|calls|> <eos> <turn|>".split(
    " "
  ),
  ..."<|tool_response> [e~[ <|fim_prefix|> <fim-prefix> <fim_prefix> <｜fim▁begin｜> <PRE> ▁<PRE> <|code_prefix|>".split(
    " "
  ),
  ..."<|prefix|> <|fim_pad|> <fim-pad> <fim_pad> <PAD> [PAD] <|fim_repo|> <|repo_name|> <fim-repo> <REPO>".split(" "),
  ..."<reponame> <|file_sep|> <|channel|> <|message|> <|start|> <|constrain|>".split(" ")
];

describe("a mark is known by its text", () => {
  it("in all families that llama.cpp knows", () => {
    for (const text of llamaCpp) assert.ok(isMark(text), text);
  });

  it("in others", () => {
    const others = [
      ..."[SUFFIX] <|file_separator|> <|EOT|> <|eot|> <|endofprompt|> <|vision_pad|> <|begin▁of▁sentence|> <seed:eos>".split(
        " "
      ),
      ..."<[PAD▁TOKEN]> [|endofturn|] <EOS_TOKEN> <unused7> <extra_id_0> <reserved_106> [PAD32022] >>MIDDLE<<".split(
        " "
      ),
      ..."▁<AIX-SPAN-POST> [gMASK] <|plamo:eos|> <|user|> <filename> <pr_file> <issue_start> <commit_msg>".split(" ")
    ];
    for (const text of others) assert.ok(isMark(text), text);
  });

  it("not where people write the same in code, HTML or prose", () => {
    const text = [
      ..."<s> </s> <mask> <unk> <think> </think> <tool_call> <b> <h1> <!-- <> <|> |> <| <|> <$> <|*|> <*> <<=".split(
        " "
      ),
      ..."[0] [] [a] [i] [TODO] [INFO] [[ ]] || |a| >> >>> <T> <int> <NAME> <br> <div> <?php <% %> ]> 0x7f a < b".split(
        " "
      ),
      "",
      " ",
      "\n"
    ];
    for (const one of text) assert.ok(!isMark(one), one);
  });

  it("where the file names it, unless it is a word or a sign", () => {
    for (const text of ["<s>", "</s>", "<unk>", "<mask>", "[START]", "▁<mask>"]) assert.ok(isNamedMark(text), text);
    for (const text of ["!", ",", "the", "▁", "\n", "<", ">"]) assert.ok(!isNamedMark(text), text);
  });
});
