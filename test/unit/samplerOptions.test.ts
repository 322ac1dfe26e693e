import assert from "node:assert/strict";
import {type Options, UsageError} from "../../src/cli/arguments";
import {samplersOf} from "../../src/cli/samplerOptions";
import {presets} from "../../src/sampling/presets";
import {noSamplers} from "../../src/sampling/settings";

const of = (options: object) => samplersOf(options as Options);

describe("the runner's samplers", () => {
  it("are off where none is asked for", () => assert.deepEqual(of({}), noSamplers));

  it("are a preset's, with what else is asked for", () => {
    for (const {id, settings} of presets) {
      const preset = id.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      assert.deepEqual(of({preset}), settings);
      assert.deepEqual(of({preset, temp: "0.25", "top-k": "3"}), {...settings, temperature: 0.25, topK: 3});
    }
  });

  it("have llama.cpp's names and meanings", () => {
    const all = {
      "top-p": ".9",
      "min-p": "0.1",
      "typical-p": "0.7",
      "xtc-probability": "0.5",
      "xtc-threshold": "0.2",
      "repeat-penalty": "1.1",
      "repeat-last-n": "-1",
      "presence-penalty": "-0.5",
      "frequency-penalty": "0.25",
      "dry-multiplier": "0.8",
      "dry-base": "2",
      "dry-allowed-length": "3",
      "dry-penalty-last-n": "100",
      "dry-sequence-breaker": ["x", "\n"],
      samplers: "top_k;typ_p; temperature"
    };
    assert.deepEqual(of(all), {
      order: ["topK", "typicalP", "temperature"],
      temperature: 1,
      topK: 0,
      topP: 0.9,
      minP: 0.1,
      typicalP: 0.7,
      xtc: {probability: 0.5, threshold: 0.2},
      penalties: {lastTokens: -1, repeat: 1.1, frequency: 0.25, presence: -0.5},
      dry: {multiplier: 0.8, base: 2, allowedLength: 3, lastTokens: 100, breakers: ["x", "\n"]}
    });
    assert.deepEqual(of({samplers: "penalties,dry,top_k,typ_p,top_p,min_p,xtc,temperature"}), noSamplers);
    assert.deepEqual(of({samplers: ""}).order, []);
  });

  for (const options of [
    {temp: "hot"},
    {temp: "--1"},
    {"top-p": ""},
    {"top-k": "1.5"},
    {"repeat-last-n": "-2"},
    {preset: "gpt"},
    {samplers: "top_k;best"},
    {samplers: "top_k;top_k"}
  ])
    it(`are not ${JSON.stringify(options)}`, () => assert.throws(() => of(options), UsageError));
});
