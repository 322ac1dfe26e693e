import {strict as assert} from "node:assert";
import {type CopyTarget, copySettings, copyTargets} from "../../src/sampling/copySettings";
import {presets} from "../../src/sampling/presets";
import {noSamplers, type SamplerSettings, samplerNames} from "../../src/sampling/settings";

const everything: SamplerSettings = {
  order: samplerNames,
  temperature: 0.7,
  topK: 30,
  topP: 0.9,
  minP: 0.02,
  typicalP: 0.95,
  xtc: {probability: 0.5, threshold: 0.1},
  penalties: {lastTokens: 32, repeat: 1.2, frequency: 0.3, presence: 2.5},
  dry: {multiplier: 0.8, base: 1.75, allowedLength: 2, lastTokens: -1, breakers: ["\n", '"', "é", "$(a)\\", "none"]}
};

function json(settings: SamplerSettings, target: CopyTarget): unknown {
  return JSON.parse(copySettings(settings, target).text);
}

/** What a shell and llama.cpp (string_process_escapes) make of a flag's text. */
function breakersOf(flags: string): string[] {
  return [...flags.matchAll(/--dry-sequence-breaker "([^"]*)"/g)].map(([, text = ""]) =>
    text.replace(/\\(?:n|x([0-9a-f]{2}))/g, (_, hex?: string) =>
      hex === undefined ? "\n" : String.fromCharCode(Number.parseInt(hex, 16))
    )
  );
}

describe("Presets", () => {
  it("have settings of their own, and each sampler at most once", () => {
    assert.equal(new Set(presets.map(({id}) => id)).size, presets.length);
    assert.equal(new Set(presets.map(({settings}) => JSON.stringify(settings))).size, presets.length);
    for (const {id, settings} of presets) assert.equal(new Set(settings.order).size, settings.order.length, id);
  });

  it("are what the programs start from", () => {
    const of = (id: string) => presets.find((preset) => preset.id === id)?.settings;
    assert.deepEqual(of("model"), noSamplers);
    const {order, temperature, topK, topP, minP, typicalP} = of("llamaCpp") ?? noSamplers;
    assert.deepEqual([temperature, topK, topP, minP, typicalP], [0.8, 40, 0.95, 0.05, 1]);
    assert.deepEqual(order, samplerNames);
    assert.deepEqual(of("ollamaEngine")?.order, ["topK", "temperature", "topP", "minP"]);
  });
});

describe("Settings for another program", () => {
  it("are llama.cpp's flags for each sampler that is on, in their order", () => {
    const {text, missing} = copySettings({...everything, order: samplerNames.toReversed()}, "llamaCpp", 8192);
    assert.ok(text.startsWith('--samplers "temperature;xtc;min_p;top_p;typ_p;top_k;dry;penalties" --temp 0.7 '), text);
    assert.match(text, / --repeat-last-n 32 --repeat-penalty 1.2 --frequency-penalty 0.3 --presence-penalty 2.5$/);
    assert.match(text, / --dry-penalty-last-n 8192 /);
    assert.deepEqual(breakersOf(text), everything.dry.breakers);
    assert.doesNotMatch(text.replaceAll(/"[^"]*"/g, ""), /[^a-z0-9 .-]/);
    assert.deepEqual(missing, [
      "llama.cpp looks back on a fixed number of tokens: 8192 stands for all. Set it to the context size."
    ]);
    assert.equal(copySettings(noSamplers, "llamaCpp").text, '--samplers "temperature" --temp 1');
    assert.deepEqual(copySettings(noSamplers, "llamaCpp").missing, []);
    const unbroken = {...everything, dry: {...everything.dry, lastTokens: 64, breakers: []}};
    assert.match(copySettings(unbroken, "llamaCpp").text, / --dry-sequence-breaker none /);
    assert.deepEqual(copySettings(unbroken, "llamaCpp").missing, []);
  });

  it("are Ollama's parameters, which turn its own defaults off", () => {
    assert.deepEqual(json(noSamplers, "ollamaJson"), {
      options: {
        temperature: 1,
        top_k: 0,
        top_p: 1,
        min_p: 0,
        typical_p: 1,
        repeat_last_n: 64,
        repeat_penalty: 1,
        presence_penalty: 0,
        frequency_penalty: 0
      }
    });
    const {text, missing} = copySettings(everything, "ollamaModelfile");
    assert.ok(text.startsWith("PARAMETER temperature 0.7\nPARAMETER top_k 30\n"), text);
    assert.deepEqual(missing, [
      "Ollama has no setting for DRY.",
      "Ollama has no setting for XTC.",
      "Ollama's own engine, which runs newer models, ignores the penalties."
    ]);
  });

  it("are vLLM's SamplingParams", () => {
    assert.deepEqual(json(everything, "vllm"), {
      temperature: 0.7,
      top_p: 0.9,
      top_k: 30,
      min_p: 0.02,
      presence_penalty: 2.5,
      frequency_penalty: 0.3,
      repetition_penalty: 1.2
    });
    assert.deepEqual(copySettings(everything, "vllm").missing, [
      "vLLM has no setting for DRY.",
      "vLLM has no setting for typical-p.",
      "vLLM has no setting for XTC.",
      "vLLM's samplers act in its own order: penalties, temperature, min-p, top-k, top-p.",
      "vLLM's repetition penalty looks back on all tokens, not on the last 32.",
      "vLLM counts only generated tokens for the frequency and presence penalties, none of the prompt."
    ]);
    assert.deepEqual(copySettings({...noSamplers, topK: 5}, "vllm").missing, []);
  });

  it("are OpenAI's, within its limits", () => {
    assert.deepEqual(json(everything, "openAi"), {
      temperature: 0.7,
      top_p: 0.9,
      presence_penalty: 2,
      frequency_penalty: 0.3
    });
    assert.deepEqual(copySettings(everything, "openAi").missing, [
      "OpenAI has no setting for DRY.",
      "OpenAI has no setting for top-k.",
      "OpenAI has no setting for typical-p.",
      "OpenAI has no setting for min-p.",
      "OpenAI has no setting for XTC.",
      "OpenAI does not say in which order its samplers act.",
      "OpenAI has no setting for repeat-penalty.",
      "OpenAI does not say how far the penalties look back.",
      "OpenAI takes temperatures up to 2 and penalties from -2 to 2: the nearest value is written."
    ]);
  });

  it("leave out what is not in the order", () => {
    for (const target of copyTargets)
      assert.deepEqual(copySettings({...everything, order: []}, target), copySettings(noSamplers, target));
  });
});
