import {type ModelRef, modelKey} from "../../contract/models";
import type {EngineMethod} from "../../contract/requests";
import type {EngineProcess} from "./engineProcess";

/** A request that has not been answered yet. */
export interface PendingRequest {
  readonly process: EngineProcess;
  readonly method: EngineMethod;
  readonly model: ModelRef | undefined;
  /** 0 to 1 while its model is loaded. */
  loading: number | null;
}

/** The requests that have not been answered yet, and what they say about their process and its models. */
export class RequestTracker {
  private readonly pending = new Map<number, PendingRequest>();
  private lastNumber = 0;
  /** By process, what it has answered ({@link proofOf}). */
  private readonly proofs = new WeakMap<EngineProcess, Set<string>>();

  get count(): number {
    return this.pending.size;
  }

  /** Returns the number under which the request travels. */
  trackRequest(request: PendingRequest): number {
    const number = ++this.lastNumber;
    this.pending.set(number, request);
    return number;
  }

  untrackRequest(number: number): void {
    this.pending.delete(number);
  }

  isBusy(process: EngineProcess): boolean {
    return [...this.pending.values()].some((request) => request.process === process);
  }

  /** A process was asked to compute with a model, and has not answered. */
  isComputing(process: EngineProcess): boolean {
    return [...this.pending.values()].some((request) => request.process === process && isComputation(request.method));
  }

  /** The request was answered, so its model works in its process. */
  markProven({process, method, model}: PendingRequest): void {
    if (model === undefined) return;
    const proofs = this.proofs.get(process) ?? new Set();
    this.proofs.set(process, proofs.add(proofOf(method, model)));
  }

  /** Models that a process was asked for and had not yet answered for. */
  unproven(process: EngineProcess): ModelRef[] {
    const proofs = this.proofs.get(process);
    return [...this.pending.values()].flatMap(({process: asked, method, model}) =>
      asked === process && model !== undefined && !proofs?.has(proofOf(method, model)) ? [model] : []
    );
  }

  /** The load that has come least far; null while no model is loaded. */
  get loading(): number | null {
    const loads = [...this.pending.values()].flatMap(({loading}) => loading ?? []);
    return loads.length === 0 ? null : Math.min(...loads);
  }

  /** The file of the first model that is loaded; before a process has answered, of the first that it was asked for. */
  loadingFile(hasAnswered: boolean): string | null {
    const isLoading = this.loading !== null;
    const first = [...this.pending.values()].find(({loading}) => (isLoading ? loading !== null : !hasAnswered));
    return first?.model?.kind === "gguf" ? first.model.path : null;
  }
}

/** Names a use of a model. Computing with a model proves more than reading its vocabulary. */
function proofOf(method: EngineMethod, model: ModelRef): string {
  return `${isComputation(method)} ${modelKey(model)}`;
}

function isComputation(method: EngineMethod): boolean {
  return ["score", "scoreTokens", "scoreUnder", "alternatives", "complete", "next", "sample"].includes(method);
}
