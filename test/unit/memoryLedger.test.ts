import {strict as assert} from "node:assert";
import fc from "fast-check";
import {type HeldMemory, MemoryLedger, newAccount} from "../../src/engine/memoryLedger";

/** A ledger over a made-up memory. */
function ledger(): {readonly memory: {-readonly [K in keyof HeldMemory]: number}; readonly entries: MemoryLedger} {
  const memory = {ram: 100, vram: 10, unmapped: 50};
  return {memory, entries: new MemoryLedger(async () => ({...memory}))};
}

describe("The ledger of memory", () => {
  it("puts growth down to whose request has ended, and other growth to nobody", async () => {
    const {memory, entries} = ledger();
    const [a, b] = [newAccount(), newAccount()];
    await entries.rest();
    memory.ram += 7;
    memory.vram += 3;
    await entries.charge(a);
    memory.ram += 1000;
    await entries.rest();
    memory.ram += 20;
    memory.unmapped += 5;
    await entries.charge(b);
    await entries.charge(a);
    assert.deepEqual(
      [a, b],
      [
        {ram: 7, vram: 3, unmapped: 0},
        {ram: 20, vram: 0, unmapped: 5}
      ]
    );
  });

  it("loses nothing: all accounts together are what memory has grown by", async () => {
    const steps = fc.array(fc.tuple(fc.nat(2), fc.integer({min: -50, max: 100})));
    await fc.assert(
      fc.asyncProperty(steps, async (changes) => {
        const {memory, entries} = ledger();
        const accounts = [newAccount(), newAccount(), newAccount()];
        await entries.rest();
        for (const [index, change] of changes) {
          memory.ram += change;
          await entries.charge(accounts[index] ?? newAccount());
        }
        assert.equal(
          accounts.reduce((sum, {ram}) => sum + ram, 0),
          memory.ram - 100
        );
      }),
      {seed: 20261122}
    );
  });

  it("begins with the first look", async () => {
    const {entries} = ledger();
    const account = newAccount();
    await entries.charge(account);
    assert.deepEqual(account, newAccount());
  });
});
