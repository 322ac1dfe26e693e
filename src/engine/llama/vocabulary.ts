import {setImmediate} from "node:timers/promises";
import * as l10n from "@vscode/l10n";
import type {LlamaModel, Token, TokenAttributes} from "node-llama-cpp";
import {EngineError} from "../../contract/errors";
import {displayName} from "../../gguf/displayName";
import {count} from "../../text/numberText";
import {hasLongRun, maxRunLength} from "./longRuns";
import {SafeSplitPoints, type SplitRules} from "./safeSplitPoints";
import {bertWords, wordPlaces} from "./splitPlaces";

/** Token types of a GGUF's `tokenizer.ggml.token_type` (llama.h, llama_token_type). */
const tokenTypeUnknown = 2;
const tokenTypeControl = 3;
const tokenTypeUserDefined = 4;
const tokenTypeByte = 6;

/** UTF-16 units that are tokenized before other requests get their turn: some hundredths of a second's work. */
const unitsAtOnce = 1 << 16;

/** Tokens whose ends are looked up before other requests get their turn. */
const tokensAtOnce = 1 << 17;

/** Pre-tokenizers whose BPE writes spaces as ▁ instead of in the GPT-2 byte alphabet (llama-vocab.cpp). */
const spacedBpe = new Set(["gemma4", "granite-embed-multi-311m", "sarvam-moe"]);

/**
 * Between a space and other white space. The "whitespace" pre-tokenizer leaves the two in one word, and llama.cpp ends the process
 * if a word of several characters has a space, since no BPE merge begins or ends with one. So they are tokenized separately.
 */
const besideSpace = /(?<= )(?=[\s\x85])|(?<=[\s\x85])(?= )/u;

/** The GPT-2 byte alphabet: code point → byte. Printable Latin-1 stands for itself, the other bytes follow from U+0100. */
export const byteOfCodePoint = new Map<number, number>();
{
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    byteOfCodePoint.set(printable ? byte : next++, byte);
  }
}

/**
 * The bytes of each token, read from the vocabulary in the GGUF's metadata, and with them the spans that tokens cover in a text.
 * A token is bytes: it can hold a part of a character.
 */
export class Vocabulary {
  private readonly tokens: readonly string[];
  private readonly types: readonly number[];
  private readonly alphabet: "bytes" | "spaces" | "raw";
  /** SentencePiece puts a space in front of a text. */
  readonly addsSpace: boolean;
  /** The tokenizer as the file names it (`tokenizer.ggml.model`). */
  private readonly kind: string | undefined;
  /** What splits a text into words before it is tokenized; only BPE vocabularies have that. */
  readonly preTokenizer: string | undefined;
  private readonly utf8 = new TextEncoder();
  // A byte order mark is a character like any other; by default a decoder drops it.
  private readonly lossy = new TextDecoder("utf-8", {ignoreBOM: true});
  /** Bytes of the tokens that were asked for: a text uses few of its vocabulary's tokens, and those often. */
  private readonly known = new Map<number, Uint8Array>();
  private knownSplitPoints: SafeSplitPoints | undefined;
  private knownSign: Int32Array | undefined;
  /** llama.cpp's attributes of the tokens that are special, or look so. */
  private readonly marks = new Map<number, TokenAttributes>();
  /** Names of the tokens that llama.cpp treats as another type than the file gives them. */
  readonly retyped: readonly string[];

  /** Tokens of this vocabulary tile a text's bytes. False where the tokenizer lower-cases or normalises. */
  readonly spans: boolean;

  constructor(private readonly model: LlamaModel) {
    const metadata = model.fileInfo.metadata.tokenizer?.ggml;
    this.kind = metadata?.model;
    this.tokens = metadata?.tokens ?? [];
    this.types = metadata?.token_type ?? [];
    const kind = model.vocabularyType;
    const spacesAsUnderlines =
      kind === "spm" || (kind === "bpe" && (metadata?.model === "gemma4" || spacedBpe.has(metadata?.pre ?? "")));
    // llama.cpp reads this key for SentencePiece vocabularies only, and a missing one as true.
    this.addsSpace = kind === "spm" && metadata?.add_space_prefix !== false;
    // llama.cpp takes "default" if a file names none, and "gemma4" for Gemma 4 whatever the file says.
    const named = metadata?.model === "gemma4" ? "gemma4" : metadata?.pre || "default";
    this.preTokenizer = kind === "bpe" ? named : undefined;
    const bytes = kind === "bpe" && !spacesAsUnderlines && named !== "whitespace";
    this.alphabet = bytes ? "bytes" : spacesAsUnderlines ? "spaces" : "raw";
    this.spans = kind === "bpe" || kind === "spm";
    const retyped: number[] = [];
    for (const [id, text] of this.tokens.entries()) {
      if (!isSpecial(this.types[id]) && !looksSpecial.test(text)) continue;
      const attributes = model.getTokenAttributes(asToken(id));
      this.marks.set(id, attributes);
      if (roleOf(attributes) !== roleOfType(this.types[id])) retyped.push(id);
    }
    this.retyped = retyped.map((id) => this.label(id));
  }

  /** Tokens are written in the GPT-2 byte alphabet. */
  get isByteLevel(): boolean {
    return this.alphabet === "bytes";
  }

  get size(): number {
    return this.tokens.length;
  }

  tokenize(text: string, special: boolean): Int32Array {
    this.requireTakes(text);
    if (this.preTokenizer !== "whitespace") return Int32Array.from(this.model.tokenize(text, special));
    return Int32Array.from(text.split(besideSpace).flatMap((part) => this.model.tokenize(part, special)));
  }

  /** Tokens of a text that follows another: without the space that SentencePiece puts in front of a text. */
  tokenizeOn(text: string): number[] {
    const wellFormed = text.toWellFormed();
    const tokens = this.tokenize(this.behindSign(wellFormed), false);
    return [...(this.hasSign(tokens) ? tokens.subarray(this.sign.length) : this.tokenize(wellFormed, false))];
  }

  /** The tokens of a text of any length, and where each ends. `behind`: the text follows another, as in {@link tokenizeOn}. */
  async tokensWithEnds(
    text: string,
    special: boolean,
    behind: boolean,
    signal: AbortSignal
  ): Promise<{ids: Int32Array; ends: Uint32Array | null}> {
    const whole = behind ? this.behindSign(text) : text;
    const signTokens = behind ? this.sign.length : 0;
    const signBytes = whole.length - text.length;
    const ids = await this.tokenizeInTurns(whole, special, signal);
    if (behind && !this.hasSign(ids)) return await this.tokensWithEnds(text, special, false, signal);
    const ends = await this.ends(whole, ids, special, signal);
    return {
      ids: ids.slice(signTokens),
      ends: ends?.slice(signTokens).map((end) => end - signBytes) ?? null
    };
  }

  /**
   * The text behind a sign that joins with nothing: the space is put in front of the sign, and dropped with it.
   * (node-llama-cpp's `trimLeadingSpace` keeps the space before a line feed.)
   */
  private behindSign(text: string): string {
    return this.addsSpace ? `\0${text}` : text;
  }

  /** False if a token of the vocabulary joins with the sign after all. */
  private hasSign(ids: Int32Array): boolean {
    return this.sign.every((id, i) => ids[i] === id);
  }

  /** Tokens of the sign and of the space in front of it. */
  private get sign(): Int32Array {
    this.knownSign ??= this.tokenize(this.behindSign(""), false);
    return this.knownSign;
  }

  /** Throws for a text at which llama.cpp's tokenizer would end the process. */
  private requireTakes(text: string): void {
    if (this.preTokenizer !== undefined && hasLongRun(text, this.preTokenizer))
      throw new EngineError(
        "longRun",
        l10n.t(
          "This text has more than {0} characters in a row without a break, which this model's tokenizer can't take: select a part without them, or another model.",
          count(maxRunLength)
        )
      );
  }

  /** A token as the vocabulary writes it, in its alphabet; "" for an id that it doesn't have. */
  written(id: number): string {
    return this.tokens[id] ?? "";
  }

  /** The id of the token that the vocabulary writes like this. */
  idOf(text: string): number | undefined {
    const id = this.tokens.indexOf(text);
    return id === -1 ? undefined : id;
  }

  /**
   * The tokens of a text of any length. Other requests get their turn after each `atOnce` UTF-16 units or so, and it can be
   * aborted there.
   */
  async tokenizeInTurns(
    text: string,
    special: boolean,
    signal: AbortSignal,
    atOnce = unitsAtOnce
  ): Promise<Int32Array> {
    const parts: Int32Array[] = [];
    for await (const ids of this.tokenizedParts(text, special, signal, atOnce)) parts.push(ids);
    const [first] = parts;
    if (first !== undefined && parts.length === 1) return first;
    const whole = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  /** The number of tokens of a text, counted as {@link tokenizeInTurns} does. */
  async countInTurns(text: string, signal: AbortSignal): Promise<number> {
    let count = 0;
    for await (const ids of this.tokenizedParts(text, false, signal, unitsAtOnce)) count += ids.length;
    return count;
  }

  private async *tokenizedParts(
    text: string,
    special: boolean,
    signal: AbortSignal,
    atOnce: number
  ): AsyncGenerator<Int32Array> {
    if (text.length <= atOnce) {
      yield this.tokenize(text, special);
      return;
    }
    let behind = false;
    for (const part of this.splitPoints.parts(text, atOnce)) {
      yield this.tokenizePart(part, behind, special);
      behind = true;
      await setImmediate();
      signal.throwIfAborted();
    }
  }

  /** Where the tokens of a text's parts are, one after the other, those of the whole. */
  get splitPoints(): SafeSplitPoints {
    this.knownSplitPoints ??= new SafeSplitPoints(this.splitRules());
    return this.knownSplitPoints;
  }

  /** The tokens of a part between two split points. `behind`: it is not the first. */
  tokenizePart(part: string, behind: boolean, special = false): Int32Array {
    if (!behind || !this.addsSpace) return this.tokenize(part, special);
    return this.tokenize(this.behindSign(part), special).subarray(this.sign.length);
  }

  /** The end of each token of a part, as {@link ends} of a text. */
  async endsOfPart(part: string, ids: Int32Array, behind: boolean, signal: AbortSignal): Promise<Uint32Array | null> {
    if (!behind || !this.addsSpace) return await this.ends(part, ids, false, signal);
    const {sign} = this;
    const whole = new Int32Array(sign.length + ids.length);
    whole.set(sign);
    whole.set(ids, sign.length);
    const ends = await this.ends(this.behindSign(part), whole, false, signal);
    return ends?.subarray(sign.length).map((end) => end - this.behindSign("").length) ?? null;
  }

  private splitRules(): SplitRules {
    const special = [...this.marks].filter(([, mark]) => roleOf(mark) !== "normal").map(([id]) => this.written(id));
    const byteOf = this.alphabet === "bytes" ? (codePoint: number) => byteOfCodePoint.get(codePoint) : () => undefined;
    return {
      tokens: this.tokens,
      merges: this.model.fileInfo.metadata.tokenizer?.ggml.merges ?? [],
      special,
      byteOf: this.alphabet === "spaces" ? null : byteOf,
      addsSpace: this.addsSpace,
      ...this.splitPlaces()
    };
  }

  private splitPlaces(): Pick<SplitRules, "words" | "unjoined"> {
    const {alphabet, preTokenizer, kind} = this;
    if (this.model.vocabularyType === "wpm") return {words: bertWords, unjoined: "nowhere"};
    // Unigram's tokenizer and others evaluate a text as a whole, and HybridDNA's remembers that DNA has begun.
    if (!this.spans || kind === "hybriddna") return {words: undefined, unjoined: "nowhere"};
    if (preTokenizer === undefined || alphabet === "spaces") return {words: undefined, unjoined: "anywhere"};
    return {words: wordPlaces(preTokenizer), unjoined: "betweenWords"};
  }

  /** The bytes that a token stands for; empty for an id outside the vocabulary. They are shared: don't write to them. */
  bytes(id: number): Uint8Array {
    let bytes = this.known.get(id);
    if (bytes === undefined) {
      bytes = this.decode(id);
      this.known.set(id, bytes);
    }
    return bytes;
  }

  /** As {@link bytes}, for those who look at all tokens: nothing is kept. */
  decode(id: number): Uint8Array {
    const text = this.tokens[id];
    if (text === undefined) return new Uint8Array();
    const type = this.types[id];
    if (type === tokenTypeByte) {
      const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(text)?.[1];
      if (byte !== undefined) return Uint8Array.of(Number.parseInt(byte, 16));
    }
    return isSpecial(type) ? this.utf8.encode(text) : this.decodeText(text);
  }

  /** The bytes that a text in the vocabulary's alphabet stands for. */
  private decodeText(text: string): Uint8Array {
    if (this.alphabet === "raw") return this.utf8.encode(text);
    if (this.alphabet === "spaces") return this.utf8.encode(text.replaceAll("\u2581", " "));
    const bytes: number[] = [];
    for (const character of text) {
      const byte = byteOfCodePoint.get(character.codePointAt(0) ?? -1);
      if (byte === undefined) return this.utf8.encode(text);
      bytes.push(byte);
    }
    return Uint8Array.from(bytes);
  }

  /** A token's name, for use in a sentence. */
  label(id: number): string {
    return displayName(this.tokens[id]) ?? String(id);
  }

  /** A token as text; U+FFFD stands for a part of a character. */
  text(id: number): string {
    return this.lossy.decode(this.bytes(id));
  }

  /**
   * The end of each token of `text`, in UTF-8 bytes; tokens tile the text. Null if the tokenizer rewrote the text, so that they
   * don't. A space that SentencePiece puts in front covers no byte. Some special tokens take the white space beside them, and
   * cover it: `<|user|>` of Phi-3 takes what follows, `<mask>` of Jina's models what comes before.
   */
  async ends(text: string, ids: Int32Array, special: boolean, signal: AbortSignal): Promise<Uint32Array | null> {
    if (!this.spans) return null;
    const bytes = this.utf8.encode(text);
    const ends = new Uint32Array(ids.length);
    let at = 0;
    // llama.cpp starts a fragment of plain text at the beginning and after each special token, each with a space.
    let fragmentStart = true;
    let eats = false;
    for (let i = 0; i < ids.length; i++) {
      if (i % tokensAtOnce === tokensAtOnce - 1) {
        await setImmediate();
        signal.throwIfAborted();
      }
      const id = ids[i] as number;
      const mark = this.markIn(id, special);
      let token = this.bytes(id);
      if (fragmentStart && this.addsSpace && mark === undefined) {
        if (token[0] !== 0x20) return null;
        token = token.subarray(1);
      }
      // A special token that begins with white space was found before its neighbour took white space.
      if (eats || mark?.lstrip) while (isWhiteSpace(bytes[at]) && !(mark && startsAt(bytes, at, token))) at++;
      if (eats) ends[i - 1] = at;
      fragmentStart = mark !== undefined;
      eats = mark?.rstrip === true;
      for (const byte of token) if (bytes[at++] !== byte) return null;
      ends[i] = at;
    }
    if (eats) {
      while (isWhiteSpace(bytes[at])) at++;
      ends[ids.length - 1] = at;
    }
    return at === bytes.length ? ends : null;
  }

  /** The attributes of a token that llama.cpp looks for before it tokenizes the rest: user-defined, or special if asked for. */
  private markIn(id: number, special: boolean): TokenAttributes | undefined {
    const attributes = this.marks.get(id);
    const role = attributes && roleOf(attributes);
    return role === "userDefined" || (role === "special" && special) ? attributes : undefined;
  }
}

/** Names of the kind by which llama.cpp knows special tokens: `<|im_end|>`, `[EOT]`, `▁<PRE>`, `_<EOT>`. */
const looksSpecial = /^[▁_]?[<[]/u;

/** When a token's name in a text is read as that token: never, always, or only if special tokens are asked for. */
type Role = "normal" | "userDefined" | "special";

function roleOf({control, unknown, userDefined}: TokenAttributes): Role {
  if (control || unknown) return "special";
  return userDefined ? "userDefined" : "normal";
}

function roleOfType(type: number | undefined): Role {
  if (type === tokenTypeControl || type === tokenTypeUnknown) return "special";
  return type === tokenTypeUserDefined ? "userDefined" : "normal";
}

/** C's isspace, which llama.cpp uses. */
function isWhiteSpace(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}

function startsAt(bytes: Uint8Array, at: number, token: Uint8Array): boolean {
  return token.every((byte, index) => bytes[at + index] === byte);
}

function isSpecial(type: number | undefined): boolean {
  return type === tokenTypeControl || type === tokenTypeUnknown || type === tokenTypeUserDefined;
}

/** Token ids as node-llama-cpp types them. */
export function asToken(id: number): Token {
  return id as Token;
}
