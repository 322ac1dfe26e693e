import {strict as assert} from "node:assert";
import {mock} from "node:test";
import {type Situation, standingOf} from "../../src/features/inlineCompletion/completionStanding";
import {Snooze} from "../../src/features/inlineCompletion/snooze";

describe("What inline completion says of itself", () => {
  const fine: Situation = {
    vscodeShows: true,
    enabled: true,
    enabledElsewhere: true,
    language: "python",
    snoozedUntil: undefined,
    stopped: false,
    loading: undefined,
    silence: undefined
  };
  const says = (change: Partial<Situation>) => standingOf({...fine, ...change});

  it("is that it waits, where nothing is in the way", () => {
    const {sentence, remedy} = says({});
    assert.deepEqual([sentence, remedy], ["Inline completion is on: it suggests when you pause.", undefined]);
  });

  it("is what keeps it from the whole file, before why the last question brought nothing", () => {
    const silence = {why: "unsure"} as const;
    assert.equal(says({silence, enabled: false}).remedy, "turnOnLanguage");
    assert.equal(says({silence, enabled: false, enabledElsewhere: false}).remedy, "turnOn");
    assert.equal(says({silence, vscodeShows: false}).remedy, "vscodeSetting");
    assert.equal(says({silence, snoozedUntil: 0}).remedy, "resume");
    assert.equal(says({silence, stopped: true}).remedy, "restart");
    assert.equal(says({loading: null}).sentence, "The model is still being loaded.");
    assert.equal(says({loading: 0.429}).sentence, "The model is still being loaded: 42 %.");
    assert.equal(says({silence}).remedy, "confidence");
  });

  it("is another sentence for each reason, each with its way out", () => {
    const reasons = [
      ...(["unsure", "nothingToAdd", "severalCursors", "listOpen"] as const).map((why) => ({why})),
      {why: "excluded", by: "setting"},
      {why: "excluded", by: "list"},
      {why: "failed", sentence: "The model file is gone."}
    ] as const;
    const standings = reasons.map((silence) => says({silence}));
    assert.equal(new Set(standings.map(({sentence}) => sentence)).size, reasons.length);
    assert.deepEqual(
      standings.map(({remedy}) => remedy),
      ["confidence", undefined, undefined, undefined, "exclusions", "ignoreFile", undefined]
    );
    assert.equal(standings.at(-1)?.sentence, "The model file is gone.");
  });
});

describe("A snooze", () => {
  beforeEach(() => mock.timers.enable({apis: ["setTimeout", "Date"]}));
  afterEach(() => mock.timers.reset());

  it("ends by itself, or at once; a second one counts from now", () => {
    let changes = 0;
    const snooze = new Snooze(() => changes++);
    snooze.begin(5);
    mock.timers.tick(4 * 60_000);
    assert.equal(snooze.until, 5 * 60_000);
    snooze.begin(15);
    mock.timers.tick(14 * 60_000);
    assert.equal(snooze.until, 19 * 60_000);
    mock.timers.tick(60_000);
    assert.deepEqual([snooze.until, changes], [undefined, 3]);
    snooze.begin(60);
    snooze.stop();
    assert.deepEqual([snooze.until, changes], [undefined, 5]);
    snooze.begin(5);
    snooze.dispose();
    mock.timers.tick(5 * 60_000);
    assert.equal(changes, 6);
  });
});
