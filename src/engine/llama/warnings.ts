import * as l10n from "@vscode/l10n";
import type {GgufFileInfo, LlamaModel} from "node-llama-cpp";
import type {KvCacheType} from "../../gguf/kvCache";
import {listText} from "../../text/numberText";
import {bosOf} from "./bos";
import {ropeFactorsOf, shortRopeContext} from "./longRope";
import {slidingWindowLeftOut, trainedContextOf} from "./modelHeader";
import type {Vocabulary} from "./vocabulary";

/**
 * What llama.cpp warns of while it loads a vocabulary, if that changes numbers. Read from the file's header and from what llama.cpp
 * has made of it, not from its log, whose lines come once per load and from another thread.
 */
export function vocabularyWarnings(model: LlamaModel, vocabulary: Vocabulary): string[] {
  const metadata: Readonly<Record<string, unknown>> = {...model.fileInfo.metadata.tokenizer?.ggml};
  const warnings: string[] = [];
  // Gemma 4's kind of BPE brings its pre-tokenizer.
  if (model.vocabularyType === "bpe" && metadata["model"] !== "gemma4" && !metadata["pre"])
    warnings.push(
      l10n.t(
        "This file doesn't say how the model cuts a text into words (tokenizer.ggml.pre), so llama.cpp cuts it in a way of its own: counts and scores may differ from the model's, and a newer conversion of the model helps."
      )
    );
  for (const [key, id] of Object.entries(metadata))
    if (key.endsWith("_token_id") && Number(id) >= vocabulary.size)
      warnings.push(
        l10n.t(
          "{0} names token {1}, which this vocabulary doesn't have: llama.cpp does without it, or takes its default.",
          `tokenizer.ggml.${key}`,
          String(id)
        )
      );
  if (metadata["add_bos_token"] === false && bosOf(model) !== null)
    warnings.push(l10n.t("This file says that no BOS stands in front of a text, but llama.cpp puts one there."));
  if (vocabulary.retyped.length > 0)
    warnings.push(
      l10n.t(
        "llama.cpp changes the type of special tokens that this file seems to mark wrongly ({0}): a text that contains one may be cut into other tokens than the file says.",
        listText(shortened(vocabulary.retyped))
      )
    );
  return warnings;
}

/** The text, or the context before it, begins with BOS, and the model puts another one in front. */
export function doubleBosWarnings(model: LlamaModel, vocabulary: Vocabulary, ids: Int32Array): string[] {
  const bos = bosOf(model);
  if (bos === null || ids[0] !== bos) return [];
  return [
    l10n.t(
      "The text begins with BOS ({0}), and this model puts one in front of every text: it sees two.",
      vocabulary.label(bos)
    )
  ];
}

/** The window has more tokens than the model can use well. `seen`: the tokens that the longest window really has. */
export function windowWarnings(header: GgufFileInfo, window: number, seen: number): string[] {
  const warnings: string[] = [];
  const trained = trainedContextOf(header);
  if (trained !== null && window > trained)
    warnings.push(
      l10n.t(
        "The window of {0} tokens is longer than the {1} tokens that the model was trained on: what stands behind those may be predicted badly.",
        window,
        trained
      )
    );
  if (ropeFactorsOf(header, window) === "long")
    warnings.push(
      l10n.t(
        "The window has more than {0} tokens, so llama.cpp computes every position with the model's long RoPE factors: a text that fits into fewer has other scores there.",
        shortRopeContext(header) ?? 0
      )
    );
  const sliding = slidingWindowLeftOut(header);
  if (sliding !== null && seen > sliding)
    warnings.push(
      l10n.t(
        "This model was trained to see {0} tokens at a time, and llama.cpp shows it {1}: what stands behind the first {0} may be predicted worse.",
        sliding,
        seen
      )
    );
  return warnings;
}

/** Keys and values are rounded to a smaller type than F16. */
export function kvCacheWarnings(held: KvCacheType): string[] {
  if (held === "f16") return [];
  return [
    l10n.t("Keys and values are held as {0}, which rounds them: numbers differ from those with f16, the default.", held)
  ];
}

/** Tokens that a warning names. */
const maxNamed = 5;

function shortened(names: readonly string[]): readonly string[] {
  return names.length <= maxNamed ? names : [...names.slice(0, maxNamed), "…"];
}
