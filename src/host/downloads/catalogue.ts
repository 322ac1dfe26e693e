import * as l10n from "@vscode/l10n";

/** What a model in the catalogue is for. */
export type Purpose = "completion" | "evaluation";

/** A model worth downloading. */
export interface CatalogueEntry {
  /** The exact file, as an address for `downloadModel`. */
  readonly uri: string;
  readonly name: string;
  /** The SPDX identifier, or the licence's own name. */
  readonly licence: string;
  /** Whether the licence allows every use (Apache-2.0 or MIT). Others have conditions to read. */
  readonly free: boolean;
  /** The approximate size. The server gives the exact one. */
  readonly bytes: number;
  readonly purpose: Purpose;
  /** Whether the model can fill in the middle. */
  readonly infill: boolean;
  /** A sentence on what the model is good at. */
  readonly why: string;
}

/**
 * The catalogue, sorted by purpose and size: one long table, made at each call because its texts are translated. Its
 * sources (2026-11-22; the hub itself could not be reached):
 *
 * - Qwen2.5-Coder: llama.cpp's own presets for completion (`--fim-qwen-1.5b-default` and others, common/arg.cpp) name
 *   these repositories and files. The sizes of three are those that public programs check their downloads against; that
 *   of the 0.5B is 494 million parameters at 8.5 bits. The 3B alone has Qwen's research licence.
 * - Granite: IBM's own repositories, as ramalama's short names and public evaluations with sizes and checksums have
 *   them.
 * - Qwen3, SmolLM2, Phi-3.5, Gemma 3, Llama 3.2, StarCoder2: repositories, files and sizes as several public programs
 *   download them, most with a checksum. Where none named the exact size, it is rounded here.
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: it is a table.
export function catalogue(): readonly CatalogueEntry[] {
  return [
    {
      uri: "hf:ggml-org/Qwen2.5-Coder-0.5B-Q8_0-GGUF/qwen2.5-coder-0.5b-q8_0.gguf",
      name: "Qwen2.5-Coder 0.5B Q8_0",
      licence: "Apache-2.0",
      free: true,
      bytes: 530e6,
      purpose: "completion",
      infill: true,
      why: l10n.t("The smallest that completes code well: quick on any laptop, without a GPU.")
    },
    {
      uri: "hf:ggml-org/Qwen2.5-Coder-1.5B-Q8_0-GGUF/qwen2.5-coder-1.5b-q8_0.gguf",
      name: "Qwen2.5-Coder 1.5B Q8_0",
      licence: "Apache-2.0",
      free: true,
      bytes: 1_646_573_056,
      purpose: "completion",
      infill: true,
      why: l10n.t("The usual choice for completing code: good, and still quick on a processor of today.")
    },
    {
      uri: "hf:second-state/StarCoder2-3B-GGUF/starcoder2-3b-Q4_K_M.gguf",
      name: "StarCoder2 3B Q4_K_M",
      licence: "BigCode OpenRAIL-M",
      free: false,
      bytes: 1_850e6,
      purpose: "completion",
      infill: true,
      why: l10n.t("Knows hundreds of programming languages, the rare ones too.")
    },
    {
      uri: "hf:ibm-granite/granite-3b-code-base-2k-GGUF/granite-3b-code-base.Q4_K_M.gguf",
      name: "Granite Code 3B Q4_K_M",
      licence: "Apache-2.0",
      free: true,
      bytes: 2_100e6,
      purpose: "completion",
      infill: true,
      why: l10n.t("Trained on code with permissive licences only; sees 2,048 tokens at once.")
    },
    {
      uri: "hf:ggml-org/Qwen2.5-Coder-3B-Q8_0-GGUF/qwen2.5-coder-3b-q8_0.gguf",
      name: "Qwen2.5-Coder 3B Q8_0",
      licence: "Qwen Research",
      free: false,
      bytes: 3_285_476_160,
      purpose: "completion",
      infill: true,
      why: l10n.t("Better completions for a GPU with 6 GB; its licence is for research, not for commercial use.")
    },
    {
      uri: "hf:ggml-org/Qwen2.5-Coder-7B-Q8_0-GGUF/qwen2.5-coder-7b-q8_0.gguf",
      name: "Qwen2.5-Coder 7B Q8_0",
      licence: "Apache-2.0",
      free: true,
      bytes: 8_098_525_600,
      purpose: "completion",
      infill: true,
      why: l10n.t("The best of this list for code, for a GPU with 12 GB or more.")
    },
    {
      uri: "hf:bartowski/SmolLM2-135M-Instruct-GGUF/SmolLM2-135M-Instruct-Q4_K_M.gguf",
      name: "SmolLM2 135M Instruct Q4_K_M",
      licence: "Apache-2.0",
      free: true,
      bytes: 105_454_432,
      purpose: "evaluation",
      infill: false,
      why: l10n.t("A first real model in a minute: small, and it scores long files fast.")
    },
    {
      uri: "hf:ibm-granite/granite-4.0-350m-GGUF/granite-4.0-350m-Q4_K_M.gguf",
      name: "Granite 4.0 350M Q4_K_M",
      licence: "Apache-2.0",
      free: true,
      bytes: 236_985_760,
      purpose: "evaluation",
      infill: false,
      why: l10n.t("Small, with several natural languages and code.")
    },
    {
      uri: "hf:Qwen/Qwen3-0.6B-GGUF/Qwen3-0.6B-Q8_0.gguf",
      name: "Qwen3 0.6B Q8_0",
      licence: "Apache-2.0",
      free: true,
      bytes: 639_446_688,
      purpose: "evaluation",
      infill: false,
      why: l10n.t("A good judge of text in many languages for its size.")
    },
    {
      uri: "hf:bartowski/Llama-3.2-1B-Instruct-GGUF/Llama-3.2-1B-Instruct-Q4_K_M.gguf",
      name: "Llama 3.2 1B Instruct Q4_K_M",
      licence: "Llama 3.2 Community",
      free: false,
      bytes: 807_694_464,
      purpose: "evaluation",
      infill: false,
      why: l10n.t("Much used in comparisons, so that figures from elsewhere can be checked.")
    },
    {
      uri: "hf:mradermacher/Qwen3-1.7B-Base-GGUF/Qwen3-1.7B-Base.Q4_K_M.gguf",
      name: "Qwen3 1.7B Base Q4_K_M",
      licence: "Apache-2.0",
      free: true,
      bytes: 1_110e6,
      purpose: "evaluation",
      infill: false,
      why: l10n.t("A base model: no conversations were trained into it, so perplexities mean most.")
    },
    {
      uri: "hf:bartowski/Phi-3.5-mini-instruct-GGUF/Phi-3.5-mini-instruct-Q4_K_M.gguf",
      name: "Phi-3.5 mini Instruct Q4_K_M",
      licence: "MIT",
      free: true,
      bytes: 2_393_232_672,
      purpose: "evaluation",
      infill: false,
      why: l10n.t("Strong in English, with a context of 128k tokens for long documents.")
    },
    {
      uri: "hf:bartowski/google_gemma-3-4b-it-GGUF/google_gemma-3-4b-it-Q4_K_M.gguf",
      name: "Gemma 3 4B Instruct Q4_K_M",
      licence: "Gemma",
      free: false,
      bytes: 2_489_758_112,
      purpose: "evaluation",
      infill: false,
      why: l10n.t("Its vocabulary of 262,000 tokens knows more than a hundred natural languages.")
    },
    {
      uri: "hf:Qwen/Qwen3-4B-GGUF/Qwen3-4B-Q4_K_M.gguf",
      name: "Qwen3 4B Q4_K_M",
      licence: "Apache-2.0",
      free: true,
      bytes: 2_497_280_256,
      purpose: "evaluation",
      infill: false,
      why: l10n.t("A careful judge of text and code for a machine with 8 GB of memory.")
    },
    {
      uri: "hf:Qwen/Qwen3-8B-GGUF/Qwen3-8B-Q4_K_M.gguf",
      name: "Qwen3 8B Q4_K_M",
      licence: "Apache-2.0",
      free: true,
      bytes: 5_027_783_488,
      purpose: "evaluation",
      infill: false,
      why: l10n.t("The best judge of this list, for a GPU with 8 GB or for patience.")
    }
  ];
}
