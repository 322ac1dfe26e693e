import type {ChatTemplates} from "../backend";
import type {LoadedVocabulary} from "./loadedVocabulary";

/** What the file says of chats; its values may be of any type. */
export function chatTemplatesOf({model, vocabulary, bos}: LoadedVocabulary): ChatTemplates {
  // node-llama-cpp keeps "chat_template.tool_use" as one key, beside "chat_template".
  const metadata: Readonly<Record<string, unknown>> = {...model.fileInfo.metadata.tokenizer};
  const toolUse = templateOf(metadata["chat_template.tool_use"]);
  const {bos: first, eos: last, shouldAppendEosToken} = model.tokens;
  return {
    // As llama.cpp: the one for tools serves where there is no other.
    standard: templateOf(metadata["chat_template"]) ?? toolUse,
    toolUse,
    bos: first === null ? "" : vocabulary.text(first),
    eos: last === null ? "" : vocabulary.text(last),
    addsBos: bos !== null,
    addsEos: shouldAppendEosToken && last !== null
  };
}

function templateOf(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value : null;
}
