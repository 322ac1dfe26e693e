import path from "node:path";
import koffi from "koffi/indirect";
import {addressOf, openLibllama, type Pointer} from "../../src/engine/llama/evaluator/libllama";
import type {LibllamaFiles} from "../../src/engine/llama/evaluator/libllamaFiles";
import type {SamplerName, SamplerSettings} from "../../src/sampling/settings";

const pointer = "void *";
/** Bytes of llama_token_data (id, logit, p), and of llama_token_data_array (data, size, selected, sorted). */
const [tokenBytes, arrayBytes] = [12, 32];

export interface LlamaSampled {
  readonly id: number;
  readonly probability: number;
}

/** llama.cpp's own samplers, by its C functions. */
export function llamaSamplers(files: LibllamaFiles) {
  const lib = koffi.load(path.join(files.folder, files.llama));
  const made = (name: string, parameters: readonly string[]) =>
    lib.func(`llama_sampler_init_${name}`, pointer, [...parameters]) as (...values: unknown[]) => Pointer;
  const init = {
    penalties: made("penalties", ["int32_t", "int32_t", "float", "float", "float"]),
    dry: made("dry", [pointer, "float", "float", "int32_t", "int32_t", "const char **", "size_t"]),
    topK: made("top_k", ["int32_t"]),
    typicalP: made("typical", ["float", "size_t"]),
    topP: made("top_p", ["float", "size_t"]),
    minP: made("min_p", ["float", "size_t"]),
    xtc: made("xtc", ["float", "float", "size_t", "uint32_t"]),
    temperature: made("temp", ["float"])
  };
  const accept = lib.func("llama_sampler_accept", "void", [pointer, "int32_t"]) as (s: Pointer, id: number) => void;
  const apply = lib.func("llama_sampler_apply", "void", [pointer, pointer]) as (s: Pointer, array: bigint) => void;
  const free = lib.func("llama_sampler_free", "void", [pointer]) as (s: Pointer) => void;
  const api = openLibllama(files);

  function create(name: SamplerName, settings: SamplerSettings, size: number, vocabulary: Pointer): Pointer {
    const {penalties, dry, xtc} = settings;
    switch (name) {
      case "penalties":
        return init.penalties(size, penalties.lastTokens, penalties.repeat, penalties.frequency, penalties.presence);
      case "dry": {
        const {multiplier, base, allowedLength, lastTokens, breakers} = dry;
        return init.dry(vocabulary, multiplier, base, allowedLength, lastTokens, [...breakers], breakers.length);
      }
      case "xtc":
        return init.xtc(xtc.probability, xtc.threshold, 0, 1);
      case "topK":
        return init.topK(settings.topK);
      case "temperature":
        return init.temperature(settings.temperature);
      default:
        return init[name](settings[name], 0);
    }
  }

  return {
    /** The vocabulary of a file, loaded without its weights. It stays as long as the process. */
    vocabulary(file: string): Pointer {
      return api.vocabulary(api.loadModel(file, {...api.modelDefaults(), vocab_only: true}));
    },
    /** What the samplers leave of logits, in the settings' order. XTC acts always or never: probability 0 or 1. */
    sampled(
      logits: Float32Array,
      settings: SamplerSettings,
      {history = [], vocabulary = null}: {readonly history?: readonly number[]; readonly vocabulary?: Pointer} = {}
    ): LlamaSampled[] {
      const data = new SharedArrayBuffer(Math.max(1, logits.length) * tokenBytes);
      const array = new SharedArrayBuffer(arrayBytes);
      const [tokens, fields] = [new DataView(data), new DataView(array)];
      const start = addressOf(data);
      let count = 0;
      for (const [id, logit] of logits.entries()) {
        if (logit === -Infinity) continue;
        tokens.setInt32(count * tokenBytes, id, true);
        tokens.setFloat32(count * tokenBytes + 4, logit, true);
        count++;
      }
      fields.setBigUint64(0, start, true);
      fields.setBigUint64(8, BigInt(count), true);
      fields.setBigInt64(16, -1n, true);
      for (const name of settings.order) {
        const sampler = create(name, settings, logits.length, vocabulary);
        for (const id of history) accept(sampler, id);
        apply(sampler, addressOf(array));
        free(sampler);
      }
      const first = Number(fields.getBigUint64(0, true) - start) / tokenBytes;
      const left = Number(fields.getBigUint64(8, true));
      const kept = Array.from({length: left}, (_, i) => ({
        id: tokens.getInt32((first + i) * tokenBytes, true),
        logit: tokens.getFloat32((first + i) * tokenBytes + 4, true)
      })).filter(({logit}) => logit > -Infinity);
      const max = Math.max(...kept.map(({logit}) => logit));
      const sum = kept.reduce((total, {logit}) => total + Math.exp(logit - max), 0);
      return kept.map(({id, logit}) => ({id, probability: Math.exp(logit - max) / sum}));
    }
  };
}
