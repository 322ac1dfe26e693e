import {strict as assert} from "node:assert";
import {setImmediate} from "node:timers/promises";
import fc from "fast-check";
import {type JobKind, type JobRequest, NeedsAlone, Scheduler, type Turn} from "../../src/engine/scheduler";
import {cases} from "../harness/thorough";

/** A model, and its two KV caches. */
class TestModel {
  readonly scoring = {};
  readonly completion = {};
}

const sharing: readonly JobKind[] = ["alternatives", "next", "sample"];

type Asked = Pick<JobRequest, "kind"> & Partial<JobRequest> & {readonly model: TestModel};

/** A job with the cache of its kind. */
function request({model, ...asked}: Asked): JobRequest {
  const cache = asked.kind === "score" ? model.scoring : model.completion;
  return {
    model,
    cache,
    sharesCache: sharing.includes(asked.kind),
    signal: new AbortController().signal,
    ...asked
  };
}

async function ticks(count: number): Promise<void> {
  for (let tick = 0; tick < count; tick++) await setImmediate();
}

/** Waits for what takes a few turns of the event loop; what never comes fails. */
async function comes<T>(promise: Promise<T>, within = 200): Promise<T> {
  let over = false;
  const watched = promise.finally(() => {
    over = true;
  });
  watched.catch(() => undefined);
  for (let tick = 0; tick < within && !over; tick++) await setImmediate();
  assert.ok(over, "it hangs");
  return await watched;
}

describe("The scheduler", () => {
  let scheduler: Scheduler;
  let model: TestModel;
  /** What has computed, in order. */
  let log: string[];
  beforeEach(() => {
    scheduler = new Scheduler();
    model = new TestModel();
    log = [];
  });

  /** A job of some batches, each of two ticks. Resolves with how many it had. */
  function job(name: string, batches: number, asked: Omit<Asked, "model"> & {readonly model?: TestModel}) {
    return scheduler.run(request({model, ...asked}), (turn) => compute(name, batches, turn));
  }

  async function compute(name: string, batches: number, turn: Turn): Promise<number> {
    for (let done = 0; done < batches; done++) {
      const outcome = await turn.batch(async () => {
        log.push(name);
        await ticks(2);
        return name;
      });
      if (outcome === undefined) return done;
      // Something between two batches.
      await setImmediate();
    }
    return batches;
  }

  it("lets a completion in between two batches of a job that shares its cache, and samples wait for what is next", async () => {
    const samples = job("sample", 4, {kind: "sample"});
    await ticks(1);
    const following = job("next", 2, {kind: "next"});
    const completion = job("completion", 2, {kind: "completion"});
    const score = job("score", 1, {kind: "score"});
    await comes(Promise.all([samples, following, completion, score]));
    assert.equal(log.join(" "), "sample completion completion next next sample sample sample score");
  });

  it("ends one of two equal jobs that share a cache before it begins the other", async () => {
    const jobs = ["one", "two", "three"].map((name) => job(name, 3, {kind: name === "two" ? "alternatives" : "next"}));
    await comes(Promise.all(jobs));
    assert.equal(log.join(" "), "one one one two two two three three three");
  });

  it("gives a completion the next batch, and all of them until it ends", async () => {
    const score = job("score", 4, {kind: "score"});
    await ticks(1);
    const completion = job("completion", 3, {kind: "completion"});
    assert.equal(await comes(completion), 3);
    assert.equal(await comes(score), 4);
    assert.equal(log.join(" "), "score completion completion completion score score score");
  });

  it("does so whatever the model", async () => {
    const score = job("score", 2, {kind: "score"});
    await ticks(1);
    const completion = job("completion", 2, {kind: "completion", model: new TestModel()});
    await comes(Promise.all([score, completion]));
    assert.equal(log.join(" "), "score completion completion score");
  });

  it("lets alternatives go before scores, and completions before both", async () => {
    const jobs = (["score", "alternatives", "completion"] as const).map((kind) => job(kind, 2, {kind}));
    await comes(Promise.all(jobs));
    assert.equal(log.join(" "), "completion completion alternatives alternatives score score");
  });

  it("runs one batch at a time, also of a job that asks for several", async () => {
    let evaluating = 0;
    let batches = 0;
    const work = async (turn: Turn): Promise<void> => {
      for (let i = 0; i < 4; i++)
        await turn.batch(async () => {
          assert.equal(++evaluating, 1);
          await ticks(2);
          evaluating--;
          batches++;
        });
    };
    await comes(
      scheduler.run(request({kind: "score", model}), async (turn) => {
        await Promise.all([work(turn), work(turn)]);
      })
    );
    assert.equal(batches, 8);
  });

  it("lets jobs of equal importance take turns", async () => {
    const background = job("background", 3, {kind: "background"});
    const score = job("score", 3, {kind: "score"});
    await comes(Promise.all([background, score]));
    assert.equal(log.join(" "), "background score background score background score");
  });

  it("is idle when no completion computes or waits, whatever else does", async () => {
    const {signal} = new AbortController();
    const score = job("score", 6, {kind: "score"});
    await comes(scheduler.idle(signal), 1);
    const completions = [job("completion", 2, {kind: "completion"}), job("other", 2, {kind: "background"})];
    const idle = scheduler.idle(signal).then(() => log.push("idle"));
    await comes(Promise.all([...completions, idle]));
    assert.ok(log.indexOf("idle") > log.lastIndexOf("completion"), log.join(" "));
    assert.ok(log.indexOf("idle") > log.lastIndexOf("other"), log.join(" "));
    await comes(score);
  });

  it("waits to be idle no longer than it is wanted", async () => {
    const completion = job("completion", 3, {kind: "completion"});
    const cancel = new AbortController();
    const idle = scheduler.idle(cancel.signal);
    await ticks(1);
    cancel.abort(new Error("not wanted"));
    await assert.rejects(comes(idle, 2), /not wanted/);
    assert.equal(await comes(completion), 3);
  });

  it("holds nobody back while a job loads", async () => {
    const score = job("score", 4, {kind: "score"});
    await ticks(1);
    const completion = scheduler.run(request({kind: "completion", model}), async (turn) => {
      await turn.load(() => ticks(4));
      log.push("loaded");
      return await compute("completion", 2, turn);
    });
    await comes(Promise.all([score, completion]));
    assert.equal(log.join(" "), "score score loaded completion completion score score");
  });

  it("gives a cache to one job at a time, and shares it between two batches where that is allowed", async () => {
    const first = job("first", 2, {kind: "completion"});
    const alternatives = job("alternatives", 2, {kind: "alternatives"});
    const second = job("second", 2, {kind: "completion"});
    await comes(Promise.all([first, alternatives, second]));
    assert.equal(log.join(" "), "first first second second alternatives alternatives");

    log.length = 0;
    const looking = job("alternatives", 3, {kind: "alternatives"});
    await ticks(1);
    const completion = job("completion", 2, {kind: "completion"});
    await comes(Promise.all([looking, completion]));
    assert.equal(log.join(" "), "alternatives completion completion alternatives alternatives");
  });

  it("does not give a shared cache to a less important job before its sharer has ended", async () => {
    const alternatives = job("alternatives", 3, {kind: "alternatives"});
    await ticks(1);
    const background = job("background", 2, {kind: "background"});
    await comes(Promise.all([alternatives, background]));
    assert.equal(log.join(" "), "alternatives alternatives alternatives background background");
  });

  it("holds nobody back who keeps a more important job waiting", async () => {
    const background = job("background", 2, {kind: "background"});
    const other = job("other", 2, {kind: "score", model: new TestModel()});
    await ticks(1);
    const alternatives = job("alternatives", 1, {kind: "alternatives"});
    await comes(Promise.all([background, other, alternatives]));
    assert.equal(log.join(" "), "background background alternatives other other");
  });

  it("rejects a cancelled job with the signal's reason: at once where it waits", async () => {
    const score = job("score", 2, {kind: "score"});
    const abort = new AbortController();
    const waiting = job("waiting", 2, {kind: "score", signal: abort.signal});
    await ticks(1);
    abort.abort(new Error("gone"));
    await assert.rejects(comes(waiting, 1), /gone/);
    assert.equal(await comes(score), 2);
    assert.deepEqual(log, ["score", "score"]);
    await assert.rejects(job("late", 1, {kind: "score", signal: abort.signal}), /gone/);
  });

  it("rejects a cancelled job that computes after its batch", async () => {
    const abort = new AbortController();
    const score = job("score", 9, {kind: "score", signal: abort.signal});
    await ticks(1);
    abort.abort(new Error("gone"));
    await assert.rejects(comes(score), /gone/);
    assert.deepEqual(log, ["score"]);
    assert.equal(await comes(job("next", 1, {kind: "score"})), 1);
  });

  it("ends a stopped job with what there is", async () => {
    const stop = new AbortController();
    const score = job("score", 9, {kind: "score", stop: stop.signal});
    await ticks(4);
    stop.abort();
    assert.equal(await comes(score), log.length);
    assert.ok(log.length > 0 && log.length < 3);
  });

  it("stops a completion in the background for any other of the same model", async () => {
    for (const kind of ["completion", "background"] as const) {
      log.length = 0;
      const background = job("background", 9, {kind: "background"});
      const elsewhere = job("elsewhere", 2, {kind: "background", model: new TestModel()});
      await ticks(1);
      const next = job("next", 2, {kind});
      assert.equal(await comes(background), 1);
      assert.deepEqual(await comes(Promise.all([next, elsewhere])), [2, 2]);
    }
  });

  it("leaves a failure to the job that has it", async () => {
    const failing = scheduler.run(request({kind: "completion", model}), (turn) =>
      turn.batch(() => Promise.reject(new Error("failed")))
    );
    const next = job("next", 1, {kind: "completion"});
    await assert.rejects(comes(failing), /failed/);
    assert.equal(await comes(next), 1);
  });

  describe("with work to be done alone", () => {
    /** A job that needs something done alone once, when it has had `before` batches. */
    function needy(name: string, before: number, asked: Omit<Asked, "model">, alone?: () => Promise<void>) {
      let done = false;
      const standard = async (): Promise<void> => {
        log.push(`${name} alone`);
        await ticks(3);
        done = true;
      };
      return scheduler.run(request({model, ...asked}), async (turn) => {
        await compute(name, before, turn);
        if (!done) throw new NeedsAlone(alone ?? standard);
        return await compute(name, 2, turn);
      });
    }

    it("waits for completions, lets the others stand aside and start again, and nobody waits for ever", async () => {
      // It happened: a completion that waited for room held back the score that had to make the room.
      const score = job("score", 4, {kind: "score"});
      await ticks(4);
      const completion = needy("completion", 0, {kind: "completion"});
      assert.equal(await comes(completion), 2);
      assert.equal(await comes(score), 4);
      const alone = log.indexOf("completion alone");
      assert.deepEqual(log.slice(alone, alone + 3), ["completion alone", "completion", "completion"]);
      assert.equal(log.slice(alone).filter((name) => name === "score").length, 4, "it starts again from its beginning");
    });

    it("runs while no other job of the model runs, and others of other models go on", async () => {
      const completion = job("completion", 3, {kind: "completion"});
      const elsewhere = job("elsewhere", 6, {kind: "score", model: new TestModel()});
      const score = needy("score", 0, {kind: "score"});
      await ticks(2);
      const late = job("late", 1, {kind: "completion"});
      await comes(Promise.all([completion, elsewhere, score, late]));
      const begun = log.indexOf("score alone");
      assert.ok(log.lastIndexOf("completion") < begun && log.indexOf("late") > begun, log.join(" "));
      assert.equal(log.filter((name) => name === "elsewhere").length, 6);
    });

    it("holds nobody back while it is waited for and done", async () => {
      const elsewhere = job("elsewhere", 3, {kind: "score", model: new TestModel()});
      const completion = needy("completion", 0, {kind: "completion"});
      await comes(Promise.all([completion, elsewhere]));
      const [begun, ended] = [log.indexOf("completion alone"), log.indexOf("completion")];
      assert.ok(log.slice(begun, ended).includes("elsewhere"), log.join(" "));
    });

    it("is left where the job is cancelled, and does not hold up others where it fails", async () => {
      const running = job("running", 3, {kind: "completion"});
      await ticks(1);
      const abort = new AbortController();
      const cancelled = needy("cancelled", 0, {kind: "score", signal: abort.signal});
      await ticks(1);
      abort.abort(new Error("gone"));
      await assert.rejects(comes(cancelled, 1), /gone/);
      await comes(running);
      const score = job("score", 3, {kind: "score"});
      const failing = needy("failing", 0, {kind: "completion"}, () => Promise.reject(new Error("no memory")));
      await assert.rejects(comes(failing), /no memory/);
      assert.equal(await comes(score), 3);
      assert.ok(!log.includes("cancelled alone"));
    });

    it("is waited for by a stopped job no longer than it takes", async () => {
      const stop = new AbortController();
      const score = job("score", 9, {kind: "score", stop: stop.signal});
      await ticks(1);
      const completion = needy("completion", 0, {kind: "completion"});
      stop.abort();
      assert.equal(await comes(score), 1);
      await comes(completion);
    });
  });

  it("lets scores wait in a line that has an end", async () => {
    const places: number[] = [];
    const {signal} = new AbortController();
    const wait = (onPlace: (place: number) => void) => scheduler.inLine(() => ticks(1), signal, onPlace);
    const waiting = Array.from({length: 101}, () => wait(() => undefined));
    await assert.rejects(
      wait(() => undefined),
      {name: "HumanError", kind: "busy", message: /^100 texts wait/}
    );
    await comes(waiting[0] as Promise<void>);
    const last = wait((place) => places.push(place));
    await comes(Promise.all([...waiting, last]), 2000);
    assert.deepEqual(
      places,
      Array.from({length: places.length}, (_, i) => places.length - i)
    );
    assert.ok(places.length >= 99);
  });
});

/** What a random job does, and when: in ticks of the event loop, which are the same in each run. */
interface Plan {
  readonly kind: JobKind;
  readonly model: number;
  readonly begins: number;
  readonly batches: number;
  /** Ticks of a batch. */
  readonly evaluates: number;
  /** Parts that ask for batches side by side, as the windows of a score do. */
  readonly parts: number;
  /** Ticks that it loads for before its first batch. */
  readonly loads: number;
  /** Alternatives on the scoring cache have it for themselves. */
  readonly onScoringCache: boolean;
  readonly cancelled: number | null;
  readonly stopped: number | null;
  /** The batch that fails. */
  readonly fails: number | null;
  /** The batch before which something has to be done alone, how often, and whether that fails. */
  readonly needsAlone: number | null;
  readonly times: number;
  readonly aloneFails: boolean;
}

const maybe = (max: number) => fc.oneof({weight: 3, arbitrary: fc.constant(null)}, {weight: 1, arbitrary: fc.nat(max)});

const plans = fc.array(
  fc.record<Plan>({
    kind: fc.constantFrom("completion", "background", "alternatives", "next", "sample", "score"),
    model: fc.nat(1),
    begins: fc.nat(20),
    batches: fc.nat(5),
    evaluates: fc.nat(3),
    parts: fc.integer({min: 1, max: 2}),
    loads: fc.nat(3),
    onScoringCache: fc.boolean(),
    cancelled: maybe(30),
    stopped: maybe(30),
    fails: maybe(8),
    needsAlone: maybe(4),
    times: fc.integer({min: 1, max: 2}),
    aloneFails: fc.boolean()
  }),
  {minLength: 1, maxLength: 8}
);

const ranks: Readonly<Record<JobKind, number>> = {
  completion: 4,
  alternatives: 3,
  next: 3,
  sample: 2,
  score: 1,
  background: 1
};

/** Runs random jobs and sees whether the rules hold. */
class Trial {
  private readonly scheduler = new Scheduler();
  private readonly models = [new TestModel(), new TestModel()] as const;
  private evaluating = 0;
  /** Jobs whose work is under way, and the caches that are in use. */
  private readonly working = new Map<object, number>();
  private readonly inUse = new Map<object, Plan>();
  /** Completions that wait for nothing but their turn. */
  private readonly eager = new Set<Plan>();
  /** Models on which work alone has been asked for. */
  private readonly alone = new Set<object>();
  private readonly aloneRunning = new Set<object>();

  async run(plans: readonly Plan[]): Promise<void> {
    let ended = 0;
    const outcomes = plans.map(async (plan) => {
      await ticks(plan.begins);
      await this.runPlan(plan).finally(() => ended++);
    });
    const all = Promise.all(outcomes);
    all.catch(() => undefined);
    for (let tick = 0; tick < 3000 && ended < plans.length; tick++) await setImmediate();
    assert.equal(ended, plans.length, "some never ended");
    await all;
    assert.deepEqual([this.evaluating, this.inUse.size], [0, 0]);
    // Whatever has happened, the next one is served.
    const next = this.scheduler.run(request({kind: "score", model: this.models[0]}), (turn) =>
      turn.batch(async () => 1)
    );
    assert.equal(await comes(next), 1);
  }

  private async runPlan(plan: Plan): Promise<void> {
    const model = this.models[plan.model] as TestModel;
    const abort = new AbortController();
    const stop = new AbortController();
    const reason = new Error("cancelled");
    let over = false;
    const later = async (tick: number | null, what: () => void): Promise<void> => {
      if (tick === null) return;
      await ticks(tick);
      if (!over) what();
    };
    void later(plan.cancelled, () => {
      // From here on it waits for nothing, and the next batch may begin before its rejection arrives.
      this.eager.delete(plan);
      abort.abort(reason);
    });
    void later(plan.stopped, () => stop.abort());
    const ownCache = plan.kind === "score" || (plan.kind === "alternatives" && plan.onScoringCache);
    const asked: JobRequest = {
      kind: plan.kind,
      model,
      cache: ownCache ? model.scoring : model.completion,
      sharesCache: sharing.includes(plan.kind) && !ownCache,
      signal: abort.signal,
      stop: stop.signal
    };
    if (plan.kind === "completion") this.eager.add(plan);
    let left = plan.times;
    try {
      const done = await this.scheduler.run(asked, (turn) => this.work(plan, asked, turn, () => left-- > 0));
      if (done < plan.batches * plan.parts)
        assert.ok(
          stop.signal.aborted || plan.kind === "background",
          `${plan.kind} ended early, and nobody asked it to`
        );
    } catch (error) {
      if (error === reason) assert.ok(abort.signal.aborted);
      else if (!/^batch failed|^alone failed/.test((error as Error).message)) throw error;
    } finally {
      over = true;
      this.eager.delete(plan);
    }
  }

  private async work(plan: Plan, asked: JobRequest, turn: Turn, needsAlone: () => boolean): Promise<number> {
    const {model, cache, sharesCache} = asked;
    assert.ok(!this.isAloneRunning(model), "a job runs beside work that is done alone");
    this.working.set(model, (this.working.get(model) ?? 0) + 1);
    if (!sharesCache) this.take(cache, plan);
    try {
      await this.load(plan, turn);
      const parts = Array.from({length: plan.parts}, () => this.part(plan, asked, turn, needsAlone));
      const ends = await Promise.allSettled(parts);
      return ends.reduce((sum, end) => {
        if (end.status === "rejected") throw end.reason;
        return sum + end.value;
      }, 0);
    } finally {
      if (!sharesCache) this.inUse.delete(cache);
      this.working.set(model, (this.working.get(model) ?? 0) - 1);
    }
  }

  private async load(plan: Plan, turn: Turn): Promise<void> {
    if (plan.loads === 0) return;
    this.eager.delete(plan);
    await turn.load(() => ticks(plan.loads));
    if (plan.kind === "completion") this.eager.add(plan);
  }

  private async part(plan: Plan, asked: JobRequest, turn: Turn, needsAlone: () => boolean): Promise<number> {
    for (let done = 0; done < plan.batches; done++) {
      if (plan.needsAlone === done && needsAlone()) throw this.needAlone(plan, asked.model);
      const outcome = await turn.batch(() => this.batch(plan, asked, done));
      if (outcome === undefined) return done;
      await ticks(done % 2);
    }
    return plan.batches;
  }

  private async batch(plan: Plan, {cache, sharesCache}: JobRequest, done: number): Promise<true> {
    assert.equal(++this.evaluating, 1, "two batches are evaluated at the same time");
    if (sharesCache) this.take(cache, plan);
    // It waits for the batch that ran when it came, and for no other.
    for (const completion of this.eager)
      if (ranks[plan.kind] < ranks.completion && !this.isAlonePending(completion))
        assert.fail(`a batch of ${plan.kind} begins while a completion waits`);
    try {
      await ticks(plan.evaluates);
      if (plan.fails === done) throw new Error("batch failed");
    } finally {
      this.evaluating--;
      if (sharesCache) this.inUse.delete(cache);
    }
    return true;
  }

  private take(cache: object, plan: Plan): void {
    assert.ok(!this.inUse.has(cache), "two jobs have the same cache");
    this.inUse.set(cache, plan);
  }

  private needAlone(plan: Plan, model: object): NeedsAlone {
    this.alone.add(model);
    return new NeedsAlone(async () => {
      assert.equal(this.working.get(model), 0, "a job runs beside work that is done alone");
      assert.ok(!this.isAloneRunning(model));
      this.aloneRunning.add(model);
      await ticks(2);
      this.aloneRunning.delete(model);
      if (plan.aloneFails) throw new Error("alone failed");
    });
  }

  private isAloneRunning(model: object): boolean {
    return this.aloneRunning.has(model);
  }

  /** Work alone has been asked for on its model: from then on it may have to wait for more than a batch. */
  private isAlonePending({model}: Plan): boolean {
    return this.alone.has(this.models[model] as object);
  }
}

describe("Jobs of all kinds, in any order,", () => {
  it("all end, one batch at a time, and no completion waits for more than one batch of a less important job", async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (chosen) => {
        await new Trial().run(chosen);
      }),
      {seed: 20261130, numRuns: cases(150, 3000)}
    );
  });
});
