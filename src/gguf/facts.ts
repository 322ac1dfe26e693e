/** What a GGUF model is, as its header says: enough to list it, to choose it and to foretell its memory. */
export interface ModelFacts {
  /** The model's own name (`general.name`); null where it gives none. */
  readonly name: string | null;
  readonly architecture: string;
  /** The usual name of the file's quantization ("Q4_K_M"); null where it isn't told. */
  readonly quantization: string | null;
  readonly parameters: number | null;
  /** Tokens it was trained on at once. */
  readonly contextLength: number | null;
  readonly layers: number | null;
  /** Size of an embedding. */
  readonly embeddingLength: number | null;
  readonly heads: number | null;
  /** Heads that have keys and values of their own, per layer; one number where all layers are alike. */
  readonly kvHeads: number | readonly number[] | null;
  readonly keyLength: number | null;
  readonly valueLength: number | null;
  /** Experts in all and at work for one token; null for a dense model. */
  readonly experts: {readonly count: number; readonly used: number} | null;
  readonly vocabularySize: number | null;
  readonly licence: string | null;
  /** Bytes of all tensors, of all parts. */
  readonly tensorBytes: number | null;
  readonly capabilities: FactCapabilities;
}

export interface FactCapabilities {
  /** Predicts a next token. */
  readonly complete: boolean;
  /** Fills in the middle. Null where the header was not read far enough to know. */
  readonly infill: boolean | null;
  /** Made for one vector per text. */
  readonly embed: boolean;
}
