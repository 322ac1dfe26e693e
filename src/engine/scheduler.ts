import * as l10n from "@vscode/l10n";
import {EngineError} from "../contract/errors";
import {JobQueue} from "./jobQueue";

/*
 * Who computes next.
 *
 * A request that computes is a JOB: a completion, a completion in the background, the alternatives at a token, the distribution at the
 * cursor (next), samples, or the score of a text. A job computes in BATCHES. No batch is interrupted for another job; after each batch the scheduler chooses the next
 * one. All models of the process share one scheduler, because they share its cores and its device.
 *
 * 1. One batch at a time. A job may read results while the next batch is evaluated, and it may hand a short batch over while the one
 *    before it is evaluated: then the two count as one.
 * 2. The more important job goes first: a completion, then alternatives and next, then samples, then scores and background
 *    completions. A less
 *    important job gets no batch while a more important one is running, not even between the batches of that one. So a
 *    completion waits for at most one batch of a less important job: the batch that was running when the completion came. Equal
 *    jobs take turns. A job that loads a model does not hold others back meanwhile.
 * 3. A KV cache belongs to one job from its start to its end. The most important waiting job gets it next. A job that shares
 *    its cache holds it during a batch only, and checks in each batch what the cache contains. Of equal jobs that share one, the first
 *    ends first: in turns, each would evaluate again and again what the other one has pushed out, for ever.
 * 4. A job that keeps a more important job waiting is as important as that job. Otherwise both could wait for ever.
 * 5. Work alone. A job may need something done while no other job of its model runs, such as a reload with fewer layers on
 *    the device. It throws NeedsAlone, gives its cache back and holds nobody back. New jobs of the model wait. Running jobs
 *    stand aside at their next batch and start again later; only completions, which are short, run to their end. Then the work
 *    is done, and the job starts again from its beginning.
 * 6. Cancel is not stop. Cancel rejects with the signal's reason: at once if the job waits, with its batch if it computes. Stop
 *    refuses the job's next batch: the job ends with what there is.
 * 7. A background completion gives way to any other completion of its model: it is stopped.
 * 8. Texts are scored one after the other, whatever the model: two at once would take the memory of both and end no sooner.
 *    Waiting scores are told their place in line, and do not open their model yet. The line has a maximum length.
 * 9. What computes without a model's context, such as counting a long text, is no job. It works in short turns, and waits after each
 *    while a completion is under way.
 *
 * Why every job ends: a job waits for a cache only while it holds none, so no two jobs wait for each other. The next batch goes
 * to the most important running job, or to the job that this one waits for (4). A job that waits for work alone holds nobody
 * back (5): a completion, and the score that had to make room for it, once waited for each other for ever.
 */

export type JobKind = "completion" | "background" | "alternatives" | "next" | "sample" | "score";

const importance: Readonly<Record<JobKind, number>> = {
  completion: 4,
  alternatives: 3,
  next: 3,
  sample: 2,
  score: 1,
  background: 1
};

/** Scores that may wait: each keeps its text. */
const maxWaiting = 100;

export interface JobRequest {
  readonly kind: JobKind;
  /** Stands for the model: work alone waits for all jobs with the same one. */
  readonly model: object;
  /** Stands for the KV cache that the job uses. */
  readonly cache: object;
  /** Other jobs may use the cache between two batches of this one. */
  readonly sharesCache?: boolean;
  readonly signal: AbortSignal;
  readonly stop?: AbortSignal | undefined;
}

/** What a job asks the scheduler while it runs. */
export interface Turn {
  /** The job is to end with what there is. */
  readonly stopped: boolean;
  /**
   * Runs a batch when its turn has come. Resolves with undefined, without running it, where the job is to end with what there
   * is.
   */
  batch<T>(work: () => Promise<T>): Promise<T | undefined>;
  /** Runs long work that does not compute, such as a load. Meanwhile, less important jobs get their batches. */
  load<T>(work: () => Promise<T>): Promise<T>;
}

/** Thrown by a job that can't go on until `alone` has been done while no other job of its model runs. */
export class NeedsAlone extends Error {
  constructor(readonly alone: () => Promise<void>) {
    super("Has to be done while no other job of the model runs");
  }
}

/** `away`: it waits for work alone, or is about to start, and holds nobody back. */
type JobState = "away" | "waiting" | "running";

class Job {
  state: JobState = "away";
  /** Starts the job while it is waiting. */
  begin: () => void = () => undefined;
  /** Another completion was asked for. */
  gaveWay = false;
  /** It was told to end because work alone is waiting: it has to start again. */
  stoodAside = false;
  isLoading = false;
  /** Each rejects one of the things that the job waits for. */
  readonly waits = new Set<(reason: unknown) => void>();

  constructor(readonly request: JobRequest) {}

  get importance(): number {
    return importance[this.request.kind];
  }

  get completes(): boolean {
    return this.request.kind === "completion" || this.request.kind === "background";
  }

  get standsAside(): boolean {
    return this.request.kind !== "completion";
  }

  get toldToStop(): boolean {
    return this.gaveWay || this.request.stop?.aborted === true;
  }

  /** Waits until the job is resumed, or cancelled. */
  async wait<T>(ask: (resume: (value: T) => void) => void): Promise<T> {
    this.request.signal.throwIfAborted();
    let leave: (reason: unknown) => void = () => undefined;
    const resumed = new Promise<T>((resolve, reject) => {
      leave = reject;
      this.waits.add(leave);
      ask(resolve);
    });
    return await resumed.finally(() => this.waits.delete(leave));
  }
}

interface PendingBatch {
  readonly job: Job;
  readonly resume: (begins: boolean) => void;
}

interface PendingAlone {
  readonly model: object;
  readonly begin: () => void;
  running: boolean;
}

export class Scheduler {
  /** In the order in which they came. */
  private readonly jobs = new Set<Job>();
  /** The job that each KV cache belongs to now. */
  private readonly holders = new Map<object, Job>();
  private batches: PendingBatch[] = [];
  private alone: PendingAlone[] = [];
  private isEvaluating = false;
  /** Resume what waits until no completion computes. */
  private readonly idlers = new Set<() => void>();
  private readonly scores = new JobQueue(
    maxWaiting,
    (waiting) =>
      new EngineError(
        "busy",
        l10n.t("{0} texts wait to be scored already: cancel some of them, or try again when they are done.", waiting)
      )
  );

  /** Scores a text when those before it are done. `onPlace` is told its place in the line whenever that changes; 1 is next. */
  async inLine<T>(work: () => Promise<T>, signal: AbortSignal, onPlace: (place: number) => void): Promise<T> {
    return await this.scores.run(work, signal, onPlace);
  }

  /** Runs a job. Its `work` begins again where it stood aside, or needed something done alone. */
  async run<T>(request: JobRequest, work: (turn: Turn) => Promise<T>): Promise<T> {
    const job = new Job(request);
    const onCancel = () => this.cancel(job);
    const onStop = () => this.refuseBatches(job);
    if (job.completes) this.stopBackground(request.model);
    request.signal.addEventListener("abort", onCancel);
    request.stop?.addEventListener("abort", onStop);
    this.jobs.add(job);
    try {
      for (;;) {
        const outcome = await this.attempt(job, work);
        if (outcome instanceof NeedsAlone) await this.doAlone(job, outcome.alone);
        else if (!job.stoodAside || job.toldToStop) return outcome;
      }
    } finally {
      request.signal.removeEventListener("abort", onCancel);
      request.stop?.removeEventListener("abort", onStop);
      this.jobs.delete(job);
      this.schedule();
    }
  }

  /**
   * Resolves when no completion computes or is about to: work on the thread that all models share, in short turns, waits for that
   * in between.
   */
  async idle(signal: AbortSignal): Promise<void> {
    while (this.isCompleting()) {
      signal.throwIfAborted();
      await new Promise<void>((resolve) => {
        const resume = () => {
          this.idlers.delete(resume);
          signal.removeEventListener("abort", resume);
          resolve();
        };
        this.idlers.add(resume);
        signal.addEventListener("abort", resume);
      });
    }
    signal.throwIfAborted();
  }

  /** A score of this model is under way. */
  isScoring(model: object): boolean {
    return [...this.jobs].some(
      ({state, request}) => state === "running" && request.kind === "score" && request.model === model
    );
  }

  /** Runs a job's work once. Resolves with what it needs done alone where it can't go on without. */
  private async attempt<T>(job: Job, work: (turn: Turn) => Promise<T>): Promise<T | NeedsAlone> {
    const {cache} = job.request;
    await job.wait<void>((resume) => {
      job.stoodAside = false;
      job.begin = resume;
      job.state = "waiting";
      this.schedule();
    });
    try {
      return await work(this.turnOf(job));
    } catch (error) {
      if (error instanceof NeedsAlone) return error;
      throw error;
    } finally {
      job.state = "away";
      if (this.holders.get(cache) === job) this.holders.delete(cache);
      this.schedule();
    }
  }

  private async doAlone(job: Job, work: () => Promise<void>): Promise<void> {
    const {model} = job.request;
    let alone: PendingAlone | undefined;
    try {
      await job.wait<void>((begin) => {
        alone = {model, begin, running: false};
        this.alone.push(alone);
        for (const other of this.jobs) if (this.mustStandAside(other)) this.refuseBatches(other);
        this.schedule();
      });
      await work();
    } finally {
      this.alone = this.alone.filter((one) => one !== alone);
    }
  }

  private turnOf(job: Job): Turn {
    const mustEnd = (): boolean => {
      job.stoodAside ||= this.mustStandAside(job);
      return job.stoodAside || job.toldToStop;
    };
    return {
      get stopped() {
        return mustEnd();
      },
      batch: async (work) => {
        job.request.signal.throwIfAborted();
        if (mustEnd()) return undefined;
        const begins = await job.wait<boolean>((resume) => {
          this.batches.push({job, resume});
          this.schedule();
        });
        return begins ? await this.runBatch(job, work) : undefined;
      },
      load: async (work) => {
        job.isLoading = true;
        this.schedule();
        return await work().finally(() => {
          job.isLoading = false;
        });
      }
    };
  }

  private async runBatch<T>(job: Job, work: () => Promise<T>): Promise<T> {
    const {cache, sharesCache} = job.request;
    try {
      return await work();
    } finally {
      if (sharesCache) this.holders.delete(cache);
      this.isEvaluating = false;
      this.schedule();
    }
  }

  private cancel(job: Job): void {
    this.batches = this.batches.filter((batch) => batch.job !== job);
    if (job.state === "waiting") job.state = "away";
    for (const leave of job.waits) leave(job.request.signal.reason);
    this.schedule();
  }

  private stopBackground(model: object): void {
    for (const job of this.jobs) {
      if (job.request.kind !== "background" || job.request.model !== model) continue;
      job.gaveWay = true;
      this.refuseBatches(job);
    }
  }

  private refuseBatches(job: Job): void {
    const refused = this.batches.filter((batch) => batch.job === job);
    this.batches = this.batches.filter((batch) => batch.job !== job);
    if (refused.length > 0) job.stoodAside ||= this.mustStandAside(job);
    for (const {resume} of refused) resume(false);
  }

  /** Starts and resumes all that may go on now. Called whenever something has changed. */
  private schedule(): void {
    for (const alone of this.alone) {
      if (this.alone.find(({model}) => model === alone.model) !== alone || alone.running) continue;
      if (this.isRunning(alone.model)) continue;
      alone.running = true;
      alone.begin();
    }
    for (const job of mostImportantFirst([...this.jobs].filter(({state}) => state === "waiting"))) {
      if (!this.canStart(job)) continue;
      job.state = "running";
      if (!job.request.sharesCache) this.holders.set(job.request.cache, job);
      job.begin();
    }
    if (!this.isEvaluating) this.beginBatch();
    if (!this.isCompleting()) for (const resume of this.idlers) resume();
  }

  private isCompleting(): boolean {
    return [...this.jobs].some((job) => job.completes && this.holdsBack(job));
  }

  private beginBatch(): void {
    const held = Math.max(0, ...[...this.jobs].filter((job) => this.holdsBack(job)).map(({importance}) => importance));
    let next: PendingBatch | undefined;
    for (const batch of this.batches) {
      const {cache, sharesCache} = batch.job.request;
      if (sharesCache && (this.holders.has(cache) || this.isBehindSharer(batch.job))) continue;
      const rank = this.rank(batch.job);
      if (rank >= held && (next === undefined || rank > this.rank(next.job))) next = batch;
    }
    if (next === undefined) return;
    const {job, resume} = next;
    this.batches = this.batches.filter((batch) => batch !== next);
    this.isEvaluating = true;
    if (job.request.sharesCache) this.holders.set(job.request.cache, job);
    resume(true);
  }

  /** Another job that shares this one's cache, and is as important, came first. */
  private isBehindSharer(job: Job): boolean {
    for (const other of this.jobs) {
      if (other === job) return false;
      const {cache, sharesCache} = other.request;
      const sharesSame = sharesCache === true && cache === job.request.cache && other.state === "running";
      if (sharesSame && other.importance === job.importance && !other.isLoading) return true;
    }
    return false;
  }

  /** Less important jobs get no batch meanwhile. */
  private holdsBack({state, request, isLoading}: Job): boolean {
    return (state === "running" && !isLoading) || (state === "waiting" && !this.isAlonePending(request.model));
  }

  /** How important a job is, or what it keeps waiting. */
  private rank(job: Job): number {
    if (this.holders.get(job.request.cache) !== job) return job.importance;
    const kept = [...this.jobs].filter(
      (other) => other.request.cache === job.request.cache && this.waitsForCache(other)
    );
    return Math.max(job.importance, ...kept.map(({importance}) => importance));
  }

  private waitsForCache(job: Job): boolean {
    if (job.request.sharesCache) return this.batches.some((batch) => batch.job === job);
    return job.state === "waiting" && this.holdsBack(job);
  }

  private canStart(job: Job): boolean {
    const {model, cache, sharesCache} = job.request;
    if (this.isAlonePending(model)) return false;
    if (sharesCache) return true;
    const sharer = [...this.jobs].some(
      (other) => other.state === "running" && other.request.cache === cache && other.importance > job.importance
    );
    return !sharer && !this.holders.has(cache);
  }

  private mustStandAside(job: Job): boolean {
    return job.state === "running" && job.standsAside && this.isAlonePending(job.request.model);
  }

  private isAlonePending(model: object): boolean {
    return this.alone.some((alone) => alone.model === model);
  }

  private isRunning(model: object): boolean {
    return [...this.jobs].some(({state, request}) => state === "running" && request.model === model);
  }
}

/** Equally important ones in the order in which they came. */
function mostImportantFirst(jobs: readonly Job[]): Job[] {
  return jobs.toSorted((a, b) => b.importance - a.importance);
}
