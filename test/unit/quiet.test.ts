import {strict as assert} from "node:assert";
import {mock} from "node:test";
import {Quiet} from "../../src/features/tokenCount/quiet";

describe("What waits until the editor is quiet", () => {
  beforeEach(() => mock.timers.enable({apis: ["setTimeout"]}));
  afterEach(() => mock.timers.reset());

  function waiting(isBusy = () => false): {quiet: Quiet; runs: () => number} {
    let runs = 0;
    return {quiet: new Quiet(2000, isBusy, () => runs++), runs: () => runs};
  }

  it("runs once, so long after the last disturbance", () => {
    const {quiet, runs} = waiting();
    mock.timers.tick(1999);
    quiet.disturbed();
    mock.timers.tick(1999);
    assert.equal(runs(), 0);
    mock.timers.tick(1);
    assert.equal(runs(), 1);
    quiet.disturbed();
    mock.timers.tick(10_000);
    assert.equal(runs(), 1);
  });

  it("waits for a busy process, and looks again", () => {
    let busy = true;
    const {runs} = waiting(() => busy);
    mock.timers.tick(2000);
    for (let second = 0; second < 5; second++) mock.timers.tick(1000);
    assert.equal(runs(), 0);
    busy = false;
    mock.timers.tick(1000);
    assert.equal(runs(), 1);
  });

  it("does not run once it is disposed", () => {
    const {quiet, runs} = waiting();
    quiet.dispose();
    quiet.disturbed();
    mock.timers.tick(10_000);
    assert.equal(runs(), 0);
  });
});
