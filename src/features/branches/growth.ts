import * as vscode from "vscode";
import type {ModelRef} from "../../contract/models";
import type {Progress} from "../../contract/progress";
import type {Sample} from "../../contract/sampling";
import {fullDetail} from "../../contract/scoring";
import type {Cancellation} from "../../host/engine/cancellation";
import type {Host} from "../../host/host";
import {HostError} from "../../host/hostError";
import type {BranchOrigin, NewBranch} from "../../metrics/branchTree";
import {noSamplers} from "../../sampling/settings";
import {tokenLabel} from "../../text/tokenLabel";
import type {PlaceAndTokens} from "./branchPlace";

/** How a request is accompanied. */
export interface Asking {
  readonly token?: Cancellation;
  readonly stop?: Cancellation;
  readonly onProgress?: (progress: Progress) => void;
}

/** What continuations are asked for. */
export interface Continuations {
  readonly temperature: number;
  readonly count: number;
  readonly seed: number;
  readonly maxTokens: number;
}

/** A token that was chosen, or that the model expected. */
export interface ChosenToken {
  readonly id: number;
  readonly label: string;
  readonly logprob: number;
}

/** Asks the engine what grows from a place. Paths are tokens from the place on. */
export class Growth {
  constructor(
    private readonly host: Pick<Host, "engine" | "settings">,
    private readonly from: PlaceAndTokens
  ) {}

  /** What the text's next tokens cost behind a path; null where unscored, and from where it was stopped. */
  async rest(path: readonly number[], asking: Asking): Promise<(number | null)[]> {
    const {rest, contextTokens, windowing, model} = this.from.place;
    if (rest.length === 0) return [];
    const before = this.joined(path);
    const ids = Int32Array.from([...before, ...rest.map(({id}) => id)]);
    const {logprobs} = await this.host.engine.request(
      "scoreTokens",
      {model: this.model, ids, contextTokens, from: before.length, windowing, sha256: model.sha256},
      asking
    );
    return Array.from(logprobs, (logprob) => (Number.isFinite(logprob) ? logprob : null));
  }

  /** What the model writes behind a path. */
  async continuations(
    path: readonly number[],
    {temperature, count, seed, maxTokens}: Continuations,
    asking: Asking
  ): Promise<Omit<NewBranch, "parent" | "at">[]> {
    const {samples, model} = await this.host.engine.request(
      "sample",
      {
        model: this.model,
        prompt: {kind: "tokens", ids: this.joined(path)},
        samplers: {...noSamplers, temperature},
        count,
        seed,
        maxTokens,
        extent: "unlimited"
      },
      asking
    );
    if (model.file !== this.from.place.model.file) throw otherModel();
    const written = samples.filter(({ids, stop}) => ids.length > 0 || stop !== "stopped");
    return await Promise.all(
      written.map(async (sample, index) => ({
        ...(await this.described(path, sample)),
        origin: originOf(temperature, seed + index),
        stop: stopOf(sample)
      }))
    );
  }

  /** What the model expected behind a path where `token` stands. */
  async alternatives(path: readonly number[], token: number, asking: Asking): Promise<ChosenToken[]> {
    const {windowing, model} = this.from.place;
    const before = this.joined(path);
    const {top} = await this.host.engine.request(
      "alternatives",
      {
        model: this.model,
        ids: Int32Array.from([...before, token]),
        position: before.length,
        windowing,
        sha256: model.sha256,
        top: fullDetail
      },
      asking
    );
    return top.map(({id, bytes, logprob}) => ({id, label: tokenLabel(bytes), logprob}));
  }

  /** The text of a path and the tokens behind it, from the place on. */
  async described(
    path: readonly number[],
    {ids, logprobs}: Pick<Sample, "ids" | "logprobs">
  ): Promise<Pick<NewBranch, "ids" | "labels" | "logprobs" | "text" | "isWhole">> {
    const all = Int32Array.from([...path, ...ids]);
    const {bytes, ends} = await this.host.engine.request("tokenBytes", {model: this.model, ids: all});
    const {text, isWhole} = decoded(bytes);
    return {
      ids: Array.from(ids),
      labels: Array.from(ids, (_, index) => {
        const place = path.length + index;
        return tokenLabel(bytes.subarray(ends[place - 1] ?? 0, ends[place]));
      }),
      logprobs: Array.from(logprobs),
      text,
      isWhole
    };
  }

  private get model(): ModelRef {
    return modelInUse(this.from.place.spec, this.host);
  }

  private joined(path: readonly number[]): Int32Array {
    const {ids} = this.from;
    if (ids === null)
      throw new HostError(
        "textGone",
        vscode.l10n.t("This text is too long to have been kept: score it again, and try the word there.")
      );
    const all = new Int32Array(ids.length + path.length);
    all.set(ids);
    all.set(path, ids.length);
    return all;
  }
}

/** In Restricted Mode, saved state must not choose which model is loaded. The checksum refuses another model. */
export function modelInUse(spec: ModelRef, {settings}: Pick<Host, "settings">): ModelRef {
  return vscode.workspace.isTrusted ? spec : settings.scoringModel();
}

function otherModel(): HostError {
  return new HostError(
    "textGone",
    vscode.l10n.t("These branches are of another model than the one in use now: score the text again.")
  );
}

function originOf(temperature: number, seed: number): BranchOrigin {
  return temperature === 0 ? {kind: "greedy"} : {kind: "sampled", temperature, seed};
}

/** Nothing else ends a continuation of unlimited extent, without a grammar. */
function stopOf({stop}: Sample): NewBranch["stop"] {
  return stop === "end" || stop === "context" || stop === "stopped" ? stop : "maxTokens";
}

/** What is no UTF-8 becomes U+FFFD. */
function decoded(bytes: Uint8Array): {text: string; isWhole: boolean} {
  try {
    return {text: new TextDecoder("utf-8", {ignoreBOM: true, fatal: true}).decode(bytes), isWhole: true};
  } catch {
    return {text: new TextDecoder("utf-8", {ignoreBOM: true}).decode(bytes), isWhole: false};
  }
}
