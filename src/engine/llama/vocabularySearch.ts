import path from "node:path";
import {setImmediate} from "node:timers/promises";
import {Worker} from "node:worker_threads";
import * as l10n from "@vscode/l10n";
import {EngineError} from "../../contract/errors";
import {type TokenKind, tokenKinds} from "../../contract/tokenInfo";
import type {SearchVocabularyParams} from "../../contract/vocabulary";
import {needleOf} from "./needle";
import type {IndexSearch, TokenIndex} from "./tokenIndex";

/** Tokens that are read before other requests get their turn: some milliseconds' work. */
const tokensAtOnce = 1 << 12;

/** Milliseconds after which a search is given up. Only a regular expression that goes astray takes so long. */
const timeLimit = 2000;

/** Milliseconds without a search after which the thread is ended. */
const idleLimit = 60_000;

/** Megabytes of the thread's heap: a large vocabulary's texts take a tenth. */
const heapLimit = 256;

/** What is read of a vocabulary. */
export interface SearchedVocabulary {
  readonly size: number;
  decode(id: number): Uint8Array;
  kind(id: number): TokenKind;
}

/** Searches a vocabulary in a thread of its own, which is started when it is needed. */
export class VocabularySearch {
  private index: Promise<TokenIndex> | undefined;
  private thread: Worker | undefined;
  private idle: ReturnType<typeof setTimeout> | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly vocabulary: SearchedVocabulary) {}

  /** The ids of all tokens that match. One search runs after the other. */
  async search(params: Omit<SearchVocabularyParams, "model">, signal: AbortSignal): Promise<Int32Array> {
    const {kinds, order} = params;
    const search: IndexSearch = {needle: needleOf(params), kinds, order};
    const found = this.last.then(() => this.run(search, signal));
    this.last = found.catch(() => undefined);
    return await found;
  }

  dispose(): void {
    clearTimeout(this.idle);
    void this.thread?.terminate();
    this.thread = undefined;
  }

  private async run(search: IndexSearch, signal: AbortSignal): Promise<Int32Array> {
    signal.throwIfAborted();
    this.index ??= readIndex(this.vocabulary);
    const index = await this.index;
    signal.throwIfAborted();
    clearTimeout(this.idle);
    this.thread ??= startThread(index);
    try {
      return await answerOf(this.thread, search, signal);
    } catch (error) {
      // It is searching still, or has ended by itself.
      this.dispose();
      throw error;
    } finally {
      this.idle = setTimeout(() => this.dispose(), idleLimit).unref();
    }
  }
}

function startThread(workerData: TokenIndex): Worker {
  const file = path.join(__dirname, "vocabularySearch.js");
  const thread = new Worker(file, {workerData, resourceLimits: {maxOldGenerationSizeMb: heapLimit}});
  thread.unref();
  return thread;
}

/** Rejects when the thread fails, takes too long, or nobody waits any more: it can't be used again then. */
async function answerOf(thread: Worker, search: IndexSearch, signal: AbortSignal): Promise<Int32Array> {
  const ends = new AbortController();
  let limit: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise<Int32Array>((resolve, reject) => {
      // A regular expression can exhaust the thread's memory too.
      const fail = (error: Error) => reject(search.needle.type === "pattern" ? tooMuch() : error);
      thread.once("message", resolve).once("error", fail);
      ends.signal.addEventListener("abort", () => thread.off("message", resolve).off("error", fail));
      signal.addEventListener("abort", () => reject(signal.reason), {signal: ends.signal});
      limit = setTimeout(() => reject(tooMuch()), timeLimit);
      thread.postMessage(search);
    });
  } finally {
    clearTimeout(limit);
    ends.abort();
  }
}

function tooMuch(): EngineError {
  return new EngineError(
    "invalidRequest",
    l10n.t("This regular expression takes too long with this vocabulary: simplify it.")
  );
}

async function readIndex(vocabulary: SearchedVocabulary): Promise<TokenIndex> {
  const {size} = vocabulary;
  const ends = new Uint32Array(size);
  const kinds = new Uint8Array(size);
  let bytes = new Uint8Array(8 * size);
  let end = 0;
  for (let id = 0; id < size; id++) {
    const token = vocabulary.decode(id);
    if (end + token.length > bytes.length) bytes = enlarged(bytes, end + token.length);
    bytes.set(token, end);
    end += token.length;
    ends[id] = end;
    kinds[id] = tokenKinds.indexOf(vocabulary.kind(id));
    if (id % tokensAtOnce === tokensAtOnce - 1) await setImmediate();
  }
  return {bytes: bytes.slice(0, end), ends, kinds};
}

function enlarged(bytes: Uint8Array<ArrayBuffer>, least: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(least, 2 * bytes.length));
  larger.set(bytes);
  return larger;
}
