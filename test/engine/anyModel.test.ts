import {strict as assert} from "node:assert";
import {writeFileSync} from "node:fs";
import path from "node:path";
import type {EngineMethod, EngineRequests} from "../../src/contract/requests";
import {Random} from "../faults/random";
import {tinyModels} from "../faults/tinyModels";
import {type Asked, checkModel, type FreshEngine, type Judge} from "../harness/anyModel";
import {Engine, spec} from "./engine";
import {Judge as Distributions} from "./judge";
import {temporaryFolder} from "./modelCopies";

/** One model of each kind of memory, by name in test/faults/tinyModels.ts. */
const memories = {
  "all positions": "llama",
  "a sliding window": "gemma3",
  "a recurrent state": "mamba",
  "a recurrent state and all positions": "hybrid"
};

/** A fresh engine in this process, because a new process would take a second. */
function engineOf(file: string): FreshEngine {
  const engine = new Engine(spec(file));
  return {
    ownProcess: false,
    ask<M extends EngineMethod>(method: M, params: Asked<M>): Promise<EngineRequests[M]["result"]> {
      return engine.ask(method, params);
    },
    stop: () => engine.retain([])
  };
}

function judgeOf(file: string): Judge {
  const judge = Distributions.open(file);
  return {
    async logprobs(ids, bos, batch) {
      const {model} = await judge;
      const context = [...(bos ? [model.tokens.bos ?? 0] : []), ...ids.subarray(0, -1)];
      const after = await (await judge).afterEach(context, 0, batch);
      const logprobs = after.map((distribution, i) => distribution.logprob(ids[i + (bos ? 0 : 1)] ?? -1));
      return Float64Array.from(bos ? logprobs : [Number.NaN, ...logprobs]);
    },
    stop: () => void judge.then((opened) => opened.close())
  };
}

describe("All that is done, on a model that keeps", () => {
  const folder = temporaryFolder();
  after(() => folder.remove());

  for (const [memory, name] of Object.entries(memories))
    it(memory, async () => {
      const file = path.join(folder.path, `${name}.gguf`);
      writeFileSync(file, tinyModels[name]?.(new Random(7)) ?? "");
      const checks = await checkModel(
        file,
        () => engineOf(file),
        () => judgeOf(file),
        {tokens: 300}
      );
      const wrong = checks.filter(({problem}) => problem !== undefined);
      assert.deepEqual(wrong, []);
      assert.ok(checks.length >= 8, `only ${checks.map(({name}) => name)}`);
    });
});
