import type {SamplerName, SamplerSettings} from "./settings";

/** llama.cpp's names for `--samplers` (common/sampling.cpp, common_sampler_types_from_names). */
export const llamaCppNames: Readonly<Record<SamplerName, string>> = {
  penalties: "penalties",
  dry: "dry",
  topK: "top_k",
  typicalP: "typ_p",
  topP: "top_p",
  minP: "min_p",
  xtc: "xtc",
  temperature: "temperature"
};

/** What llama.cpp takes for no breaker at all. */
const noBreaker = "none";

/** Flags of llama-cli and llama-server (common/arg.cpp). `order` has only the samplers that are on: a sampler that is not named is off. */
export function cliText(settings: SamplerSettings, contextSize: number): string {
  const {penalties, dry, xtc} = settings;
  // There is always one: without any, llama.cpp would take none from the list and warn of it.
  const order: readonly SamplerName[] = settings.order.length > 0 ? settings.order : ["temperature"];
  const lastTokens = (count: number) => (count < 0 ? contextSize : count);
  const flags: Readonly<Record<SamplerName, () => readonly string[]>> = {
    penalties: () => [
      `--repeat-last-n ${lastTokens(penalties.lastTokens)}`,
      `--repeat-penalty ${penalties.repeat}`,
      `--frequency-penalty ${penalties.frequency}`,
      `--presence-penalty ${penalties.presence}`
    ],
    dry: () => [
      `--dry-multiplier ${dry.multiplier}`,
      `--dry-base ${dry.base}`,
      `--dry-allowed-length ${dry.allowedLength}`,
      `--dry-penalty-last-n ${lastTokens(dry.lastTokens)}`,
      ...(dry.breakers.length > 0
        ? dry.breakers.map((breaker) => `--dry-sequence-breaker "${escaped(breaker)}"`)
        : [`--dry-sequence-breaker ${noBreaker}`])
    ],
    topK: () => [`--top-k ${settings.topK}`],
    typicalP: () => [`--typical-p ${settings.typicalP}`],
    topP: () => [`--top-p ${settings.topP}`],
    minP: () => [`--min-p ${settings.minP}`],
    xtc: () => [`--xtc-probability ${xtc.probability}`, `--xtc-threshold ${xtc.threshold}`],
    temperature: () => [`--temp ${settings.temperature}`]
  };
  const list = order.map((name) => llamaCppNames[name]).join(";");
  return [`--samplers "${list}"`, ...order.flatMap((name) => flags[name]())].join(" ");
}

/**
 * As llama.cpp reads it (string_process_escapes) between the quotes of any shell. Of a breaker that reads as none, the
 * first letter is escaped.
 */
function escaped(breaker: string): string {
  if (breaker === noBreaker) return "\\x6eone";
  return breaker.replace(/[^A-Za-z0-9 :*.,;_+=()<>|\u0080-\u{10ffff}-]/gu, (character) =>
    character === "\n" ? "\\n" : `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`
  );
}
