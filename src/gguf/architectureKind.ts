import * as l10n from "@vscode/l10n";
import {architectures} from "./architectures";

/**
 * What a model does, by its architecture (see {@link architectures}) and other metadata. `vocabulary`: the file has no
 * weights.
 */
export type ArchitectureKind =
  | "generates"
  | "embeds"
  | "encodesFirst"
  | "diffuses"
  | "drafts"
  | "speaks"
  | "vocabulary";

const others = ["embeds", "encodesFirst", "diffuses", "drafts", "speaks"] as const;

/**
 * Mean, CLS, last and rank pooling: the model gives one vector per text. 0 is none, and 2³² − 1 means unspecified in
 * llama.cpp.
 */
const poolings: ReadonlySet<unknown> = new Set([1, 2, 3, 4]);

/** The metadata that decides the kind. */
export interface KindSigns {
  readonly architecture: string;
  /** The architecture's `pooling_type`, `attention.causal` and `nextn_predict_layers`, with any type. */
  readonly poolingType: unknown;
  readonly causal: unknown;
  readonly predictingLayers: unknown;
  /** The tensors of all files; null if they aren't known. */
  readonly tensors: readonly {readonly name: string}[] | null;
}

export function architectureKind({
  architecture,
  poolingType,
  causal,
  predictingLayers,
  tensors
}: KindSigns): ArchitectureKind {
  if (tensors?.length === 0) return "vocabulary";
  const traits = architectures.get(architecture);
  const other = others.find((one) => traits?.has(one));
  if (other !== undefined) return other;
  // Only the layers that predict further tokens: llama.cpp treats such a file as a draft model.
  const predicts = typeof predictingLayers === "number" && predictingLayers > 0;
  if (predicts && tensors !== null && !tensors.some(({name}) => name.startsWith("blk.0."))) return "drafts";
  if (poolings.has(poolingType)) return "embeds";
  return causal === false ? "embeds" : "generates";
}

/** A sentence that says why a model can't score or complete; null if it can. */
export function whyNotGenerating(purpose: ArchitectureKind, file: string): string | null {
  switch (purpose) {
    case "generates":
      return null;
    case "embeds":
      return l10n.t(
        '"{0}" is an embedding model and predicts no tokens, so it can\'t score or complete: choose a text generation model.',
        file
      );
    case "encodesFirst":
      return l10n.t(
        '"{0}" is an encoder-decoder model, which predicts tokens only in answer to a text that it has encoded, so it can\'t score or complete: choose a text generation model.',
        file
      );
    case "diffuses":
      return l10n.t(
        '"{0}" is a diffusion model, which fills in a whole text in any order and predicts no next token, so it can\'t score or complete: choose a text generation model.',
        file
      );
    case "drafts":
      return l10n.t(
        '"{0}" is a draft model, which only drafts tokens for a larger model, so it can\'t score or complete by itself: choose the larger model.',
        file
      );
    case "speaks":
      return l10n.t(
        '"{0}" is part of a speech model and predicts sound instead of text, so it can\'t score or complete: choose a text generation model.',
        file
      );
    case "vocabulary":
      return l10n.t(
        '"{0}" is a vocabulary only, without weights: it counts tokens, but can\'t score or complete: choose the file with the weights.',
        file
      );
    default:
      return purpose satisfies never;
  }
}
