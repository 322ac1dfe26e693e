import * as l10n from "@vscode/l10n";
import {EngineError} from "../contract/errors";
import type {ModelDescription} from "../contract/models";
import {whyNotGenerating} from "../gguf/architectureKind";

/** Throws EngineError where a model predicts no next token. */
export function requireGenerating({capabilities, file}: ModelDescription): void {
  const reason = whyNotGenerating(capabilities.purpose, file);
  if (reason !== null) throw new EngineError("predictsNothing", reason);
}

/** Throws EngineError where the tokens of a given text get no logprobs. */
export function requireScoring(model: ModelDescription): void {
  requireGenerating(model);
  if (!model.capabilities.promptLogprobs)
    throw new EngineError(
      "predictsNothing",
      l10n.t(
        '"{0}" completes texts, but gives no probabilities for the tokens of a given text: choose another model to score with.',
        model.name
      )
    );
}
