import type {LlamaModel, Token} from "node-llama-cpp";
import {type InfillTokens, infillTokens} from "../../completion/infillTokens";
import {toLineFeeds} from "../../completion/lines";
import {infillPrompt, middleStarts, middleStep, plainPrompt} from "../../completion/prompt";
import type {CompleteParams} from "../../contract/completion";
import {asToken, type Vocabulary} from "./vocabulary";

/** A text, and where in it the cursor stands. */
export type PromptText = Pick<CompleteParams, "prefix" | "suffix" | "path" | "repository" | "files">;

export interface Prompt {
  readonly tokens: readonly Token[];
  /** The prompt has the suffix, between the model's fill-in-the-middle marks. */
  readonly infill: boolean;
  /** There is more text than room for it. */
  readonly cut: boolean;
}

/** The longest middle, in UTF-16 units. A line of minified code would be longer alone. */
const maxMiddleLength = 4096;

/** The number of tokens in a prompt that are no text: BOS and the marks of its three parts. */
const marks = 4;

/** Texts whose tokens are kept: while one types, all but the middle stays the same. */
const maxKept = 64;

/** Makes prompts out of texts for one model. */
export class Prompts {
  readonly infill: InfillTokens | null;
  private readonly bos: Token | null;
  private readonly kept = new Map<string, readonly number[]>();

  constructor(
    model: LlamaModel,
    private readonly vocabulary: Vocabulary
  ) {
    const {infill, bos, shouldPrependBosToken} = model.tokens;
    const {prefix, suffix, middle} = infill;
    this.bos = shouldPrependBosToken ? bos : null;
    const named = {prefix: prefix ?? undefined, suffix: suffix ?? undefined, middle: middle ?? undefined};
    this.infill = infillTokens(named, (text) => vocabulary.idOf(text), vocabulary.size);
  }

  /** Ids of the tokens in prompts that are no text. */
  get marks(): readonly number[] {
    const {bos, infill} = this;
    const all = [bos, infill?.prefix, infill?.suffix, infill?.middle, infill?.repository, infill?.file];
    return all.filter((id) => typeof id === "number");
  }

  /** Prefix, suffix and the rest, in at most `room` tokens; only the prefix if the model has no fill-in-the-middle tokens. */
  prompt({path, repository, files = [], ...text}: PromptText, room: number): Prompt {
    // Models were trained on line feeds: with CRLF they make more tokens and worse lines.
    const [prefix, suffix] = [toLineFeeds(text.prefix), toLineFeeds(text.suffix)];
    const endsLine = (id: number): boolean => this.endsLine(id);
    if (this.infill === null) {
      return this.plain(this.vocabulary.tokenize(prefix.toWellFormed(), false), room);
    }
    const {start, middle} = this.middle(prefix, Math.floor(room * middleStep) - marks);
    const parts = {
      bos: this.bos,
      repository: repository === undefined ? [] : this.tokensOf(`${repository}\n`),
      files: files.map((file) => ({
        path: this.tokensOf(`${file.path}\n`),
        text: this.tokensOf(ended(toLineFeeds(file.text)))
      })),
      path: path === undefined ? [] : this.tokensOf(`${path}\n`),
      before: this.tokensOf(prefix.slice(0, start)),
      middle,
      after: this.tokensOf(suffix)
    };
    const cut = parts.before.length + middle.length + parts.after.length > room - marks;
    return {tokens: infillPrompt(parts, this.infill, room, endsLine).map(asToken), infill: true, cut};
  }

  /** BOS and the last tokens of a text. */
  plain(text: Int32Array, room: number): Prompt {
    const tokens = plainPrompt(this.bos, Array.from(text), room, (id) => this.endsLine(id)).map(asToken);
    return {tokens, infill: false, cut: tokens.length < text.length + (this.bos === null ? 0 : 1)};
  }

  private endsLine(id: number): boolean {
    return this.vocabulary.bytes(id).at(-1) === 0x0a;
  }

  /** The last lines before the cursor that there is room for. */
  private middle(prefix: string, room: number): {start: number; middle: readonly number[]} {
    for (const start of middleStarts(prefix)) {
      if (prefix.length - start > maxMiddleLength) continue;
      const middle = this.vocabulary.tokenizeOn(prefix.slice(start));
      if (middle.length <= room) return {start, middle};
    }
    return {start: prefix.length, middle: []};
  }

  private tokensOf(text: string): readonly number[] {
    if (text === "") return [];
    let tokens = this.kept.get(text);
    if (tokens === undefined) {
      tokens = this.vocabulary.tokenizeOn(text);
      const [oldest] = this.kept.size < maxKept ? [] : this.kept.keys();
      if (oldest !== undefined) this.kept.delete(oldest);
    }
    // The last of them from now on.
    this.kept.delete(text);
    this.kept.set(text, tokens);
    return tokens;
  }
}

function ended(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}
