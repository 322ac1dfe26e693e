import * as l10n from "@vscode/l10n";
import {EngineError} from "../contract/errors";
import type {ModelDescription} from "../contract/models";
import {whyNotGenerating} from "../gguf/architectureKind";

/** Throws EngineError where a model writes no continuation of a text. */
export function requireCompleting(model: ModelDescription): void {
  requirePredicting(model);
  if (!model.capabilities.generate)
    throw new EngineError(
      "predictsNothing",
      l10n.t('"{0}" scores texts, but completes none: choose another model to complete with.', model.name)
    );
}

/** Throws EngineError where the tokens of a given text get no logprobs. */
export function requireScoring(model: ModelDescription): void {
  requirePredicting(model);
  if (!model.capabilities.promptLogprobs)
    throw new EngineError(
      "predictsNothing",
      l10n.t(
        '"{0}" completes texts, but gives no probabilities for the tokens of a given text: choose another model to score with.',
        model.name
      )
    );
}

/** Alternatives that a token can have, of those that are asked for. */
export function possibleTop(top: number, {vocabularySize, capabilities}: ModelDescription): number {
  return Math.min(top, vocabularySize, capabilities.maxAlternatives ?? Number.POSITIVE_INFINITY);
}

/** The same for a score, whose detail is ranks, entropies and alternatives together: 0 where one of them is missing. */
export function possibleDetail(top: number, model: ModelDescription): number {
  const {ranks, entropy} = model.capabilities;
  return ranks && entropy ? possibleTop(top, model) : 0;
}

function requirePredicting({capabilities, file}: ModelDescription): void {
  const reason = whyNotGenerating(capabilities.purpose, file);
  if (reason !== null) throw new EngineError("predictsNothing", reason);
}
