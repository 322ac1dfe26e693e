import * as l10n from "@vscode/l10n";
import {architectures} from "./architectures";
import {displayName} from "./displayName";
import {GgufError} from "./ggufError";
import type {GgufHeader} from "./header";
import {isList, type MetadataValue} from "./metadata";
import {noTokenizers, preTokenized, preTokenizers, tokenizers} from "./tokenizers";

/** Every `rope.scaling.type` that llama.cpp knows. */
const ropeScalings: ReadonlySet<unknown> = new Set(["none", "linear", "yarn", "longrope"]);

/** The error for a GGUF file that is no model by itself, such as an adapter. Null for a model. */
export function noModel({metadata}: GgufHeader): GgufError | null {
  const is = (sentence: (file: string) => string): GgufError => new GgufError("noModel", sentence);
  const type = metadata.get("general.type");
  const architecture = metadata.get("general.architecture");
  if (type === "adapter")
    return is((file) =>
      l10n.t(
        '"{0}" is an adapter (LoRA), which only changes another model: choose that model, or one with it merged.',
        file
      )
    );
  if (type === "imatrix")
    return is((file) => l10n.t('"{0}" is an importance matrix, made for quantizing a model: choose the model.', file));
  if (architecture === "controlvector")
    return is((file) => l10n.t('"{0}" is a control vector, which only steers another model: choose that model.', file));
  if (type === "mmproj" || architecture === "clip")
    return is(
      metadata.get("clip.has_audio_encoder") === true && metadata.get("clip.has_vision_encoder") !== true
        ? (file) =>
            l10n.t('"{0}" is an audio projector (mmproj), made to go with a text model: choose that model.', file)
        : (file) =>
            l10n.t('"{0}" is a vision projector (mmproj), made to go with a text model: choose that model.', file)
    );
  if (type !== undefined && type !== "model")
    return is((file) => l10n.t('"{0}" is no model but something else ("{1}"): choose a model.', file, shown(type)));
  return null;
}

/**
 * Why llama.cpp refuses a file with this header; null if no reason is known. For a split model, its first file's
 * header.
 */
export function refusal(header: GgufHeader): GgufError | null {
  const {metadata} = header;
  return noModel(header) ?? otherArchitecture(metadata) ?? otherScaling(metadata) ?? otherTokenizer(metadata);
}

type Metadata = GgufHeader["metadata"];

function otherArchitecture(metadata: Metadata): GgufError | null {
  const architecture = metadata.get("general.architecture");
  if (architecture === undefined)
    return new GgufError("otherArchitecture", (file) =>
      l10n.t('"{0}" does not say what architecture it has, so it can\'t be run: choose another model.', file)
    );
  const known = typeof architecture === "string" ? architectures.get(architecture) : undefined;
  if (known !== undefined && !known.has("unfinished")) return null;
  return new GgufError("otherArchitecture", (file) =>
    l10n.t(
      '"{0}" has an architecture that this version does not know ("{1}"): choose another model, or a newer version of Tokenscope.',
      file,
      shown(architecture)
    )
  );
}

function otherScaling(metadata: Metadata): GgufError | null {
  const scaling = metadata.get(`${metadata.get("general.architecture")}.rope.scaling.type`);
  if (typeof scaling !== "string" || ropeScalings.has(scaling)) return null;
  return new GgufError("otherScaling", (file) =>
    l10n.t(
      '"{0}" scales its positions (RoPE) in a way that this version does not know ("{1}"): choose another model, or a newer version of Tokenscope.',
      file,
      shown(scaling)
    )
  );
}

function otherTokenizer(metadata: Metadata): GgufError | null {
  const tokenizer = metadata.get("tokenizer.ggml.model");
  const tokens = metadata.get("tokenizer.ggml.tokens");
  if (tokenizer === undefined || noTokenizers.has(tokenizer) || !isList(tokens) || tokens.length === 0)
    return new GgufError("noTokenizer", (file) =>
      l10n.t('"{0}" has no tokenizer, so no text can be cut into its tokens: choose another file of this model.', file)
    );
  if (!tokenizers.has(tokenizer))
    return new GgufError("otherTokenizer", (file) =>
      l10n.t(
        '"{0}" has a tokenizer that this version does not know ("{1}"): choose another model, or a newer version of Tokenscope.',
        file,
        shown(tokenizer)
      )
    );
  const pre = metadata.get("tokenizer.ggml.pre");
  // Without the key llama.cpp uses its default.
  if (!preTokenized.has(tokenizer) || pre === undefined || pre === "" || preTokenizers.has(pre)) return null;
  return new GgufError("otherTokenizer", (file) =>
    l10n.t(
      '"{0}" has a pre-tokenizer that this version does not know ("{1}"): choose another model, or a newer version of Tokenscope.',
      file,
      shown(pre)
    )
  );
}

/** The error for a vocabulary with the same token twice: llama.cpp would end the process. */
export function repeatedTokens(token: string): GgufError {
  return new GgufError("repeatedTokens", (file) =>
    l10n.t(
      '"{0}" has the token "{1}" twice in its vocabulary, which llama.cpp does not run: choose another file of this model.',
      file,
      shown(token)
    )
  );
}

/** A metadata value, safe to show in a sentence. */
function shown(value: MetadataValue): string {
  return displayName(value) ?? "?";
}
