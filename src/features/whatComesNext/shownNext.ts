import type {NextDistribution} from "../../contract/sampling";
import {tokenLabel} from "../../text/tokenLabel";
import {visibleText} from "../../text/visibleText";
import type {Draws, ShownNext} from "./protocol";

export interface ShownPlace {
  readonly place: number;
  readonly tail: string;
  readonly title: string;
  /** The text was cut before the engine had it. */
  readonly isCut: boolean;
  readonly draws: Draws | null;
}

/** A distribution as the view shows it. */
export function shownNext(next: NextDistribution, {isCut, ...place}: ShownPlace): ShownNext {
  const {model, promptTokens, cut, entropy, top, rest, stages, after, warnings} = next;
  return {
    ...place,
    model: visibleText(model.name),
    promptTokens,
    cut: cut || isCut,
    entropy,
    rows: top.map(({id, bytes, logprob, after, cutBy, drawn}) => ({
      id,
      label: tokenLabel(bytes),
      logprob,
      after,
      ...(cutBy !== undefined && {cutBy}),
      ...(drawn !== undefined && {drawn})
    })),
    rest,
    stages,
    after,
    warnings
  };
}
