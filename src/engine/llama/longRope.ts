import type {GgufFileInfo} from "node-llama-cpp";
import type {RopeFactors} from "../../contract/scoring";
import {contextStep} from "../../gguf/memory";
import {ropeFactors} from "../scoringWindows";
import {ownMetadata} from "./modelHeader";

/**
 * The largest context, in tokens, that llama.cpp computes with a model's short LongRoPE factors; null if the model has no two
 * sets. llama.cpp takes the long factors for any context larger than the original one, however short its text
 * (`llama_model::get_rope_factors`), and contexts grow in steps.
 */
export function shortRopeContext(header: GgufFileInfo): number | null {
  if (!header.fullTensorInfo?.some(({name}) => name === "rope_factors_long.weight")) return null;
  const own = ownMetadata(header) as {
    context_length?: unknown;
    rope?: {scaling?: {original_context_length?: unknown}};
  };
  const original = own.rope?.scaling?.original_context_length ?? own.context_length;
  return typeof original === "number" ? Math.floor(original / contextStep) * contextStep : null;
}

/** The factors that a window or a context of this size is computed with; null if the model has one set, or none. */
export function ropeFactorsOf(header: GgufFileInfo, tokens: number): RopeFactors | null {
  return ropeFactors({shortWindow: shortRopeContext(header)}, tokens);
}

/** Whether windows of these two sizes are computed with the same factors. */
export function hasSameRope(header: GgufFileInfo, one: number, other: number): boolean {
  return ropeFactorsOf(header, one) === ropeFactorsOf(header, other);
}
