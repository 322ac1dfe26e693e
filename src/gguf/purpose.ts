/** Architectures that have no next token to predict (llama.cpp: encoder-only). */
const encoderOnly = new Set([
  "bert",
  "modern-bert",
  "nomic-bert",
  "nomic-bert-moe",
  "neo-bert",
  "jina-bert-v2",
  "jina-bert-v3",
  "eurobert",
  "gemma-embedding",
  "t5encoder"
]);

/** Architectures that fill in a whole text in any order (llama.cpp: `llm_arch_is_diffusion`). */
const diffusion = new Set(["dream", "llada", "llada-moe", "rnd1"]);

/**
 * What a model was made for. `poolingType` and `causal` are its architecture's `pooling_type` and `attention.causal`, of
 * whatever type the file says.
 */
export function purposeOf(
  architecture: string,
  poolingType: unknown,
  causal: unknown
): "generate" | "embed" | "diffuse" {
  if (encoderOnly.has(architecture)) return "embed";
  // A pooled model (1 mean, 2 CLS, 3 last, 4 rank) was trained to give one vector for a text.
  if (typeof poolingType === "number" && poolingType > 0) return "embed";
  if (causal !== false) return "generate";
  return diffusion.has(architecture) ? "diffuse" : "embed";
}
