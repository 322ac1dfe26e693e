/**
 * What an architecture does:
 * - `generates`: predicts the next token.
 * - `embeds`: gives one vector per text.
 * - `encodesFirst`: answers a text that an encoder has read (T5).
 * - `diffuses`: fills in a whole text in any order.
 * - `drafts`: drafts tokens for a larger model, and needs it.
 * - `speaks`: turns text into sound; its tokens are no text.
 * - `projects`: turns images or sound into another model's input.
 * - `unfinished`: llama.cpp has only its name.
 *
 * How it remembers:
 * - `recurrent`: in a state that is overwritten.
 * - `hybrid`: some layers are recurrent.
 * - `slidingWindow`: some layers see only the last tokens, if the file says so.
 * - `learnedPositions`: it has learned a fixed number of positions, if the file has their weights.
 */
export type Trait =
  | "generates"
  | "embeds"
  | "encodesFirst"
  | "diffuses"
  | "drafts"
  | "speaks"
  | "projects"
  | "unfinished"
  | "recurrent"
  | "hybrid"
  | "slidingWindow"
  | "learnedPositions";

const table: Readonly<Record<string, readonly Trait[]>> = {
  clip: ["projects"],
  llama: ["generates"],
  llama4: ["generates", "slidingWindow"],
  deci: ["generates"],
  falcon: ["generates"],
  grok: ["generates"],
  gpt2: ["generates", "learnedPositions"],
  gptj: ["unfinished"],
  gptneox: ["generates"],
  mpt: ["generates", "learnedPositions"],
  baichuan: ["generates"],
  starcoder: ["generates", "learnedPositions"],
  refact: ["generates"],
  bert: ["embeds", "learnedPositions"],
  "modern-bert": ["embeds", "slidingWindow"],
  "nomic-bert": ["embeds"],
  "nomic-bert-moe": ["embeds"],
  "neo-bert": ["embeds"],
  "jina-bert-v2": ["embeds"],
  "jina-bert-v3": ["embeds"],
  eurobert: ["embeds"],
  bloom: ["generates"],
  stablelm: ["generates"],
  qwen: ["generates"],
  qwen2: ["generates"],
  qwen2moe: ["generates"],
  qwen2vl: ["generates"],
  qwen3: ["generates"],
  qwen3moe: ["generates"],
  qwen3next: ["generates", "hybrid"],
  qwen3vl: ["generates"],
  qwen3vlmoe: ["generates"],
  qwen35: ["generates", "hybrid"],
  qwen35moe: ["generates", "hybrid"],
  qwen4exp: ["generates", "hybrid"],
  phi2: ["generates"],
  phi3: ["generates"],
  phimoe: ["generates"],
  plamo: ["generates"],
  plamo2: ["generates", "hybrid"],
  plamo3: ["generates", "slidingWindow"],
  codeshell: ["generates"],
  orion: ["generates"],
  internlm2: ["generates"],
  minicpm: ["generates"],
  minicpm3: ["generates"],
  gemma: ["generates"],
  gemma2: ["generates", "slidingWindow"],
  gemma3: ["generates", "slidingWindow"],
  gemma3n: ["generates", "slidingWindow"],
  gemma4: ["generates", "slidingWindow"],
  "gemma4-assistant": ["drafts", "slidingWindow"],
  "gemma-embedding": ["embeds", "slidingWindow"],
  starcoder2: ["generates"],
  mamba: ["generates", "recurrent"],
  mamba2: ["generates", "recurrent"],
  maple: ["generates", "slidingWindow"],
  jamba: ["generates", "hybrid"],
  "falcon-h1": ["generates", "hybrid"],
  xverse: ["generates"],
  "command-r": ["generates"],
  cohere2: ["generates", "slidingWindow"],
  cohere2moe: ["generates", "slidingWindow"],
  dbrx: ["generates"],
  olmo: ["generates"],
  olmo2: ["generates", "slidingWindow"],
  olmoe: ["generates"],
  "muse-glimmer": ["generates", "slidingWindow"],
  openelm: ["generates"],
  arctic: ["generates"],
  deepseek: ["generates"],
  deepseek2: ["generates"],
  "deepseek2-ocr": ["generates"],
  deepseek32: ["generates"],
  deepseek4: ["generates", "hybrid", "slidingWindow"],
  chatglm: ["generates"],
  glm4: ["generates"],
  glm4moe: ["generates"],
  "glm-dsa": ["generates"],
  bitnet: ["generates"],
  t5: ["encodesFirst"],
  t5encoder: ["embeds"],
  jais: ["generates"],
  jais2: ["generates"],
  nemotron: ["generates"],
  nemotron_h: ["generates", "hybrid"],
  nemotron_h_moe: ["generates", "hybrid"],
  exaone: ["generates"],
  exaone4: ["generates", "slidingWindow"],
  "exaone-moe": ["generates", "slidingWindow"],
  rwkv6: ["generates", "recurrent"],
  rwkv6qwen2: ["generates", "recurrent"],
  rwkv7: ["generates", "recurrent"],
  arwkv7: ["generates", "recurrent"],
  granite: ["generates"],
  granitemoe: ["generates"],
  granitehybrid: ["generates", "hybrid"],
  graniteswitch: ["generates"],
  granite_swa: ["generates", "slidingWindow"],
  chameleon: ["generates"],
  "wavtokenizer-dec": ["speaks"],
  plm: ["generates"],
  bailingmoe: ["generates"],
  bailingmoe2: ["generates"],
  bailingmoe3: ["generates", "hybrid"],
  dots1: ["generates"],
  dots3note: ["generates", "slidingWindow"],
  arcee: ["generates"],
  afmoe: ["generates", "slidingWindow"],
  laguna: ["generates", "slidingWindow"],
  ernie4_5: ["generates"],
  "ernie4_5-moe": ["generates"],
  "hunyuan-moe": ["generates"],
  "hunyuan-dense": ["generates"],
  hunyuan_vl: ["generates"],
  hy_v3: ["generates"],
  hy_v4: ["generates"],
  smollm3: ["generates"],
  "gpt-oss": ["generates", "slidingWindow"],
  lfm2: ["generates", "hybrid", "slidingWindow"],
  lfm2moe: ["generates", "hybrid"],
  dream: ["diffuses"],
  smallthinker: ["generates", "slidingWindow"],
  llada: ["diffuses"],
  "llada-moe": ["diffuses"],
  seed_oss: ["generates"],
  grovemoe: ["generates"],
  apertus: ["generates"],
  "minimax-01": ["generates", "hybrid"],
  hrm_text: ["generates"],
  "minimax-m2": ["generates"],
  "minimax-m3": ["generates"],
  cogvlm: ["generates"],
  rnd1: ["diffuses"],
  "pangu-embedded": ["generates"],
  mistral3: ["generates"],
  eagle3: ["drafts"],
  dflash: ["drafts", "slidingWindow"],
  mistral4: ["generates"],
  paddleocr: ["generates"],
  mimo2: ["generates", "slidingWindow"],
  step35: ["generates", "slidingWindow"],
  spark2_5: ["generates", "slidingWindow"],
  "llama-embed": ["embeds"],
  maincoder: ["generates"],
  "kimi-linear": ["generates", "hybrid"],
  "kimi-k3": ["generates", "hybrid"],
  talkie: ["generates"],
  mellum: ["generates", "slidingWindow"],
  nanbeige: ["generates"],
  qwen3tts: ["speaks"],
  pockettts: ["speaks"]
};

/** Every architecture of llama.cpp, in its order. A test compares the list with llama.cpp's source. */
export const architectures: ReadonlyMap<string, ReadonlySet<Trait>> = new Map(
  Object.entries(table).map(([name, traits]) => [name, new Set(traits)])
);
