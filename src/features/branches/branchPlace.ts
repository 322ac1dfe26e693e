import type {ModelRef} from "../../contract/models";
import type {EngineClient} from "../../host/engine/engineClient";
import type {TokenPlace} from "../../host/triedAlternative";
import {tokenLabel} from "../../text/tokenLabel";
import {type BranchPlace, maxRest, maxSavedIds, type PlaceToken} from "./protocol";

/** A place with the tokens before it, as the panel keeps it. */
export interface PlaceAndTokens {
  readonly place: BranchPlace;
  /** Tokens before the place, those of the context first; null as in {@link BranchPlace.ids}. */
  readonly ids: Int32Array | null;
}

/** Asks the engine for the bytes of the tokens from the place on: the model that is given, whose vocabulary it is. */
export async function branchPlaceOf(
  engine: Pick<EngineClient, "request">,
  vocabulary: ModelRef,
  {title, uri, start, end, before, own, behind, isWhole, scored, token}: TokenPlace
): Promise<PlaceAndTokens> {
  const {contextIds, ids: textIds, logprobs, spec, windowing, model} = scored;
  const shown = textIds.slice(token, token + 1 + maxRest);
  const {bytes, ends} = await engine.request("tokenBytes", {model: vocabulary, ids: shown});
  const [own1, ...rest] = Array.from(shown, (id, index): PlaceToken => {
    const logprob = logprobs[token + index] ?? Number.NaN;
    return {
      id,
      label: tokenLabel(bytes.subarray(ends[index - 1] ?? 0, ends[index])),
      logprob: Number.isFinite(logprob) ? logprob : null
    };
  });
  const ids = new Int32Array(contextIds.length + token);
  ids.set(contextIds);
  ids.set(textIds.subarray(0, token), contextIds.length);
  const {name, file, sha256} = model;
  return {
    ids,
    place: {
      title,
      uri,
      start,
      end,
      before,
      own,
      behind,
      isWhole,
      model: {name, file, sha256},
      spec,
      windowing,
      token: own1 ?? {id: 0, label: "", logprob: null},
      rest,
      contextTokens: contextIds.length,
      ids: ids.length > maxSavedIds ? null : Array.from(ids)
    }
  };
}

/** Whether both are the same place of the same scored text: alternatives of both belong into one tree. */
export function isSamePlace(
  {place: one, ids: oneIds}: PlaceAndTokens,
  {place: other, ids: otherIds}: PlaceAndTokens
): boolean {
  return (
    one.uri === other.uri &&
    one.token.id === other.token.id &&
    one.model.sha256 === other.model.sha256 &&
    one.contextTokens === other.contextTokens &&
    oneIds !== null &&
    oneIds.length === otherIds?.length &&
    oneIds.every((id, index) => id === otherIds[index]) &&
    one.rest.length === other.rest.length &&
    one.rest.every(({id}, index) => id === other.rest[index]?.id)
  );
}
