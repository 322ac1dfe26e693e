import path from "node:path";
import koffi, {type LibraryHandle} from "koffi/indirect";
import type {LibllamaFiles} from "./libllamaFiles";

/*
 * libllama's C API, called through koffi in the binaries that node-llama-cpp carries. Layouts and meanings: llama.cpp's
 * include/llama.h and ggml/include/ggml-cpu.h, in the release that {@link expectedDefaults} names. A struct is passed by value, so a
 * layout that has changed would be read and written wrongly: openLibllama compares all defaults first.
 */

/** An address in this process. */
export type Pointer = bigint | null;

const pointer = "void *";

const modelParams = koffi.struct({
  devices: pointer,
  tensor_buft_overrides: pointer,
  n_gpu_layers: "int32_t",
  split_mode: "int32_t",
  load_mode: "int32_t",
  lazy_mode: "int32_t",
  main_gpu: "int32_t",
  tensor_split: pointer,
  progress_callback: pointer,
  progress_callback_user_data: pointer,
  kv_overrides: pointer,
  vocab_only: "bool",
  check_tensors: "bool",
  use_extra_bufts: "bool",
  no_host: "bool",
  no_alloc: "bool",
  load_mtp: "bool"
});

const contextParams = koffi.struct({
  n_ctx: "uint32_t",
  n_batch: "uint32_t",
  n_ubatch: "uint32_t",
  n_seq_max: "uint32_t",
  n_rs_seq: "uint32_t",
  n_outputs_max: "uint32_t",
  n_outputs_max_per_seq: "uint32_t",
  n_threads: "int32_t",
  n_threads_batch: "int32_t",
  ctx_type: "int32_t",
  rope_scaling_type: "int32_t",
  pooling_type: "int32_t",
  attention_type: "int32_t",
  flash_attn_type: "int32_t",
  rope_freq_base: "float",
  rope_freq_scale: "float",
  yarn_ext_factor: "float",
  yarn_attn_factor: "float",
  yarn_beta_fast: "float",
  yarn_beta_slow: "float",
  yarn_orig_ctx: "uint32_t",
  defrag_thold: "float",
  cb_eval: pointer,
  cb_eval_user_data: pointer,
  type_k: "int32_t",
  type_v: "int32_t",
  abort_callback: pointer,
  abort_callback_data: pointer,
  embeddings: "bool",
  offload_kqv: "bool",
  no_perf: "bool",
  op_offload: "bool",
  swa_full: "bool",
  kv_unified: "bool",
  samplers: pointer,
  n_samplers: "size_t",
  ctx_other: pointer
});

const batch = koffi.struct({
  n_tokens: "int32_t",
  token: pointer,
  embd: pointer,
  pos: pointer,
  n_seq_id: pointer,
  seq_id: pointer,
  logits: pointer
});

type Fields = Readonly<Record<string, number | boolean | Pointer>>;

/** What the structs' defaults are in llama.cpp v0.5.0. Read through the layouts above, they tell a layout that has changed. */
export const expectedDefaults: {readonly model: Fields; readonly context: Fields} = {
  model: {
    devices: null,
    tensor_buft_overrides: null,
    n_gpu_layers: -1,
    split_mode: 1,
    load_mode: -1,
    lazy_mode: 1,
    main_gpu: 0,
    tensor_split: null,
    progress_callback: null,
    progress_callback_user_data: null,
    kv_overrides: null,
    vocab_only: false,
    check_tensors: false,
    use_extra_bufts: true,
    no_host: false,
    no_alloc: false,
    load_mtp: false
  },
  context: {
    n_ctx: 512,
    n_batch: 2048,
    n_ubatch: 512,
    n_seq_max: 1,
    n_rs_seq: 0,
    n_outputs_max: 0,
    n_outputs_max_per_seq: 1,
    n_threads: 4,
    n_threads_batch: 4,
    ctx_type: 0,
    rope_scaling_type: -1,
    pooling_type: -1,
    attention_type: -1,
    flash_attn_type: -1,
    rope_freq_base: 0,
    rope_freq_scale: 0,
    yarn_ext_factor: -1,
    yarn_attn_factor: -1,
    yarn_beta_fast: -1,
    yarn_beta_slow: -1,
    yarn_orig_ctx: 0,
    defrag_thold: -1,
    cb_eval: null,
    cb_eval_user_data: null,
    type_k: 1,
    type_v: 1,
    abort_callback: null,
    abort_callback_data: null,
    embeddings: false,
    offload_kqv: true,
    no_perf: true,
    op_offload: true,
    swa_full: true,
    kv_unified: false,
    samplers: null,
    n_samplers: 0,
    ctx_other: null
  }
};

/** The C library that every process has loaded. */
const cLibrary: Readonly<Record<string, string>> = {
  linux: "libc.so.6",
  darwin: "/usr/lib/libSystem.B.dylib",
  win32: "ucrtbase.dll"
};

export type Libllama = ReturnType<typeof bind>;

/**
 * Binds libllama. node-llama-cpp has loaded the same files before, so they are the same instances, with its back ends in
 * them. Throws where a function is missing, or where a struct is not what this program knows.
 */
export function openLibllama(files: LibllamaFiles): Libllama {
  const api = bind(files);
  for (const [kind, defaults] of [
    ["model", api.modelDefaults()],
    ["context", api.contextDefaults()]
  ] as const)
    for (const [name, expected] of Object.entries(expectedDefaults[kind]))
      if (defaults[name] !== expected)
        throw new Error(`llama.cpp's ${kind} parameter ${name} is ${defaults[name]} by default, not ${expected}`);
  return api;
}

function bind({folder, llama, ggml, base}: LibllamaFiles) {
  const lib = koffi.load(path.join(folder, llama));
  return {
    ...modelFunctions(lib),
    ...contextFunctions(lib),
    ...memoryFunctions(lib),
    ...deviceFunctions(koffi.load(path.join(folder, ggml)), koffi.load(path.join(folder, base))),
    ...memoryOfProcess(koffi.load(cLibrary[process.platform] ?? ""))
  };
}

function modelFunctions(lib: LibraryHandle) {
  return {
    modelDefaults: lib.func("llama_model_default_params", modelParams, []) as () => Fields,
    contextDefaults: lib.func("llama_context_default_params", contextParams, []) as () => Fields,
    /** Null where the file was not taken: the reason is in the log. */
    loadModel: lib.func("llama_model_load_from_file", pointer, ["str", modelParams]) as (
      file: string,
      params: Fields
    ) => Pointer,
    freeModel: lib.func("llama_model_free", "void", [pointer]) as (model: Pointer) => void,
    vocabulary: lib.func("llama_model_get_vocab", pointer, [pointer]) as (model: Pointer) => Pointer,
    vocabularySize: lib.func("llama_vocab_n_tokens", "int32_t", [pointer]) as (vocabulary: Pointer) => number,
    isRecurrent: lib.func("llama_model_is_recurrent", "bool", [pointer]) as (model: Pointer) => boolean,
    isHybrid: lib.func("llama_model_is_hybrid", "bool", [pointer]) as (model: Pointer) => boolean,
    /** Size of the sliding window in tokens, 0 without one. */
    slidingWindow: lib.func("llama_model_n_swa", "int32_t", [pointer]) as (model: Pointer) => number
  };
}

function contextFunctions(lib: LibraryHandle) {
  return {
    /** Null where there was no memory: the reason is in the log. */
    newContext: lib.func("llama_init_from_model", pointer, [pointer, contextParams]) as (
      model: Pointer,
      params: Fields
    ) => Pointer,
    freeContext: lib.func("llama_free", "void", [pointer]) as (context: Pointer) => void,
    /** Tokens of a batch, at most. */
    maxBatch: lib.func("llama_n_batch", "uint32_t", [pointer]) as (context: Pointer) => number,
    setAbortCallback: lib.func("llama_set_abort_callback", "void", [pointer, pointer, pointer]) as (
      context: Pointer,
      callback: Pointer,
      data: Pointer
    ) => void,
    attachThreadPool: lib.func("llama_attach_threadpool", "void", [pointer, pointer, pointer]) as (
      context: Pointer,
      pool: Pointer,
      batchPool: Pointer
    ) => void,
    decode: lib.func("llama_decode", "int32_t", [pointer, batch]) as (context: Pointer, batch: Fields) => number,
    /** The logits of the last batch's outputs, row by row, float32. Waits for a device. */
    logits: lib.func("llama_get_logits", pointer, [pointer]) as (context: Pointer) => bigint | null
  };
}

/** What a context holds, and how it goes back. */
function memoryFunctions(lib: LibraryHandle) {
  return {
    memory: lib.func("llama_get_memory", pointer, [pointer]) as (context: Pointer) => Pointer,
    clearMemory: lib.func("llama_memory_clear", "void", [pointer, "bool"]) as (memory: Pointer, data: boolean) => void,
    /** Takes positions [from, to) of a sequence away; false where the memory can't. */
    removePositions: lib.func("llama_memory_seq_rm", "bool", [pointer, "int32_t", "int32_t", "int32_t"]) as (
      memory: Pointer,
      sequence: number,
      from: number,
      to: number
    ) => boolean,
    /** -1 where there are none. */
    firstPosition: lib.func("llama_memory_seq_pos_min", "int32_t", [pointer, "int32_t"]) as (
      memory: Pointer,
      sequence: number
    ) => number,
    lastPosition: lib.func("llama_memory_seq_pos_max", "int32_t", [pointer, "int32_t"]) as (
      memory: Pointer,
      sequence: number
    ) => number,
    stateSize: lib.func("llama_state_seq_get_size_ext", "size_t", [pointer, "int32_t", "uint32_t"]) as (
      context: Pointer,
      sequence: number,
      flags: number
    ) => number,
    getState: lib.func("llama_state_seq_get_data_ext", "size_t", [
      pointer,
      pointer,
      "size_t",
      "int32_t",
      "uint32_t"
    ]) as (context: Pointer, target: Uint8Array, size: number, sequence: number, flags: number) => number,
    setState: lib.func("llama_state_seq_set_data_ext", "size_t", [
      pointer,
      pointer,
      "size_t",
      "int32_t",
      "uint32_t"
    ]) as (context: Pointer, source: Uint8Array, size: number, sequence: number, flags: number) => number
  };
}

function deviceFunctions(ggmlLib: LibraryHandle, baseLib: LibraryHandle) {
  return {
    deviceCount: ggmlLib.func("ggml_backend_dev_count", "size_t", []) as () => number,
    device: ggmlLib.func("ggml_backend_dev_get", pointer, ["size_t"]) as (index: number) => Pointer,
    registryOf: baseLib.func("ggml_backend_dev_backend_reg", pointer, [pointer]) as (device: Pointer) => Pointer,
    functionOf: baseLib.func("ggml_backend_reg_get_proc_address", pointer, [pointer, "str"]) as (
      registry: Pointer,
      name: string
    ) => Pointer,
    threadPoolDefaults: baseLib.func("ggml_threadpool_params_init", "void", [pointer, "int"]) as (
      params: Uint8Array,
      threads: number
    ) => void
  };
}

function memoryOfProcess(c: LibraryHandle) {
  return {
    copy: c.func("memcpy", pointer, [pointer, pointer, "size_t"]) as (
      target: Uint8Array,
      source: bigint,
      size: number
    ) => Pointer,
    /** The address of C's strlen. */
    strlen: c.symbol("strlen") as Pointer
  };
}

/** Flags of a state: only what can't be taken back position by position (LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY). */
export const partialState = 1;

/** The address of memory that stays where it is, because it is no part of JavaScript's heap; as long as the buffer is in use. */
export function addressOf(buffer: SharedArrayBuffer): bigint {
  return koffi.address(new Uint8Array(buffer));
}

/** `ggml_threadpool_params` of ggml.h: 512 flags for cores, threads, priority, polling, two flags. */
const poolParamsBytes = 528;
const pollOffset = 520;

/**
 * Threads that stay between two graphs. Without them ggml makes and ends threads for every graph. They don't poll while there is
 * nothing to do (poll 0), so that an idle model uses no processor. Null where the CPU back end offers none.
 */
export function threadPool(api: Libllama, threads: number): {readonly pool: Pointer; free(): void} | null {
  const params = new Uint8Array(new SharedArrayBuffer(poolParamsBytes));
  api.threadPoolDefaults(params, threads);
  new DataView(params.buffer).setUint32(pollOffset, 0, true);
  for (let i = 0; i < Number(api.deviceCount()); i++) {
    const registry = api.registryOf(api.device(i));
    const create = api.functionOf(registry, "ggml_threadpool_new");
    const free = api.functionOf(registry, "ggml_threadpool_free");
    if (create === null || free === null) continue;
    const pool: Pointer = koffi.call(create, koffi.proto(pointer, [pointer]), params);
    return pool === null ? null : {pool, free: () => koffi.call(free, koffi.proto("void", [pointer]), pool)};
  }
  return null;
}

/** Calls `onProgress` with fractions while a model loads, on the thread that loads it. */
export function progressCallback(onProgress: (fraction: number) => void): {
  readonly address: bigint;
  release(): void;
} {
  const type = koffi.pointer(koffi.proto("bool", ["float", pointer]));
  const address = koffi.register((fraction: number) => {
    onProgress(fraction);
    return true;
  }, type);
  return {address, release: () => koffi.unregister(address)};
}
