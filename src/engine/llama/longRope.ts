import type {GgufFileInfo} from "node-llama-cpp";
import type {RopeFactors} from "../../contract/scoring";
import {contextStep} from "../../gguf/memory";
import type {Windowing} from "../../metrics/windowing";
import {ownMetadata} from "./modelHeader";

/**
 * The largest context, in tokens, that llama.cpp computes with a model's short LongRoPE factors; null where the model has no
 * two sets. llama.cpp takes the long ones for a whole context that is larger than the original one, however short its text
 * (`llama_model::get_rope_factors`), and its contexts grow in steps.
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

/** The factors that a window or a context of so many tokens is computed with; null where the model has one set, or none. */
export function ropeFactorsOf(header: GgufFileInfo, tokens: number): RopeFactors | null {
  const short = shortRopeContext(header);
  if (short === null) return null;
  return tokens <= short ? "short" : "long";
}

/**
 * The windowing for a text of `tokens` tokens, BOS and context included: a text that fits into the short context is scored
 * there, so that it has one score, whatever the size of the window.
 */
export function withShortRope(header: GgufFileInfo, windowing: Windowing, tokens: number): Windowing {
  const short = shortRopeContext(header);
  if (short === null || windowing.mode !== "document" || tokens > short || windowing.window <= short) return windowing;
  return {...windowing, window: short, stride: Math.min(windowing.stride, Math.floor(short / 2))};
}
