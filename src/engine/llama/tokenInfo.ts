import type {LlamaModel} from "node-llama-cpp";
import type {TokenInfo, TokenKind, TokenMerge} from "../../contract/tokenInfo";
import type {Turns} from "../turns";
import {asToken, type Vocabulary} from "./vocabulary";

/** Merges, or tokens, that are listed between two looks at the clock: well below a millisecond's work. */
const atOnce = 1 << 8;

/** A token of more characters is not looked up among the merges: that takes the square of its length. */
const maxMerged = 256;

/** Where a vocabulary lists its tokens and merges. The first of two that are written alike counts, as in llama.cpp. */
interface MergeTables {
  /** Written text → id. */
  readonly ids: ReadonlyMap<string, number>;
  /** "left right" → rank. */
  readonly ranks: ReadonlyMap<string, number>;
}

/** What the vocabulary says about its tokens. */
export class TokenInfos {
  private tables: Promise<MergeTables> | undefined;
  private readonly scores: readonly unknown[];

  constructor(
    private readonly model: LlamaModel,
    private readonly vocabulary: Vocabulary
  ) {
    // Other vocabularies may have the key, but their tokenizers don't go by it.
    const scored = ["spm", "ugm"].includes(model.vocabularyType);
    this.scores = listOf(scored && model.fileInfo.metadata.tokenizer?.ggml.scores);
  }

  /** `tableTurns`: for the tables, which are read once for all requests, so that none of them can end it. */
  async of(ids: Int32Array, turns: Turns, tableTurns: () => Turns): Promise<readonly TokenInfo[]> {
    this.tables ??= this.readTables(tableTurns());
    const tables = await this.tables;
    await turns.next();
    const infos: TokenInfo[] = [];
    for (const id of ids) {
      infos.push(this.info(id, tables));
      if (turns.over) await turns.next();
    }
    return infos;
  }

  private info(id: number, tables: MergeTables): TokenInfo {
    const {vocabulary} = this;
    const known = id >= 0 && id < vocabulary.size;
    const written = vocabulary.written(id);
    const score = this.scores[id];
    return {
      id,
      text: vocabulary.text(id),
      written,
      // A copy: the vocabulary keeps its own.
      bytes: vocabulary.bytes(id).slice(),
      kind: known ? kindOf(this.model, id) : "unknown",
      merge: known ? lastMerge(written, tables) : null,
      score: typeof score === "number" ? score : null
    };
  }

  private async readTables(turns: Turns): Promise<MergeTables> {
    const [ids, ranks] = [new Map<string, number>(), new Map<string, number>()];
    const hasRanks = this.model.vocabularyType === "bpe";
    const merges = listOf(hasRanks && this.model.fileInfo.metadata.tokenizer?.ggml.merges);
    for (const [rank, merge] of merges.entries()) {
      if (typeof merge === "string" && !ranks.has(merge)) ranks.set(merge, rank);
      if (rank % atOnce === 0 && turns.over) await turns.next();
    }
    for (let id = 0; id < this.vocabulary.size && ranks.size > 0; id++) {
      const written = this.vocabulary.written(id);
      if (!ids.has(written)) ids.set(written, id);
      if (id % atOnce === 0 && turns.over) await turns.next();
    }
    return {ids, ranks};
  }
}

/** What llama.cpp takes a token of the vocabulary for. */
export function kindOf(model: LlamaModel, id: number): TokenKind {
  const {control, unknown, userDefined, byte, unused} = model.getTokenAttributes(asToken(id));
  if (control) return "control";
  if (unknown) return "unknown";
  if (userDefined) return "userDefined";
  if (byte) return "byte";
  return unused ? "unused" : "normal";
}

/**
 * The merge that makes a token: the last one when its characters are joined pair by pair, the lowest rank first, as the
 * tokenizer does. A token can be the sum of other pairs too, but these never stand beside each other.
 */
function lastMerge(written: string, {ids, ranks}: MergeTables): TokenMerge | null {
  if (ranks.size === 0 || written.length > maxMerged) return null;
  const parts = Array.from(written);
  let last: TokenMerge | null = null;
  while (parts.length > 1) {
    let [at, rank] = [-1, Number.POSITIVE_INFINITY];
    for (let i = 1; i < parts.length; i++) {
      const found = ranks.get(`${parts[i - 1]} ${parts[i]}`);
      if (found !== undefined && found < rank) [at, rank] = [i, found];
    }
    const [left, right] = [parts[at - 1], parts[at]];
    if (left === undefined || right === undefined) return null;
    const [leftId, rightId] = [ids.get(left), ids.get(right)];
    last = leftId === undefined || rightId === undefined ? null : {left: leftId, right: rightId, rank};
    parts.splice(at - 1, 2, left + right);
  }
  return last;
}

/** The file is not trusted: a value may be anything. */
function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
