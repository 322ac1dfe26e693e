import * as l10n from "@vscode/l10n";
import {EngineError} from "../contract/errors";
import type {ScoreParams} from "../contract/scoring";
import {plural} from "../text/numberText";
import type {Backend, TextTokens} from "./backend";

/** The tokens of a text, and of the context that stands before it. */
interface TextBehind {
  readonly tokens: TextTokens;
  readonly before: Int32Array;
  readonly warnings: readonly string[];
}

/** Cuts a text and its context into tokens, each by itself or in one piece ({@link ScoreParams.joined}). */
export async function tokensBehind(
  backend: Pick<Backend, "tokenize">,
  params: Pick<ScoreParams, "text" | "context" | "special" | "joined">,
  signal: AbortSignal
): Promise<TextBehind> {
  const {special = false, joined = false} = params;
  const text = params.text.toWellFormed();
  const context = (params.context ?? "").toWellFormed();
  const tokensOf = (whole: string, behind: boolean) => backend.tokenize(whole, {special, behind}, signal);
  if (context === "") return {tokens: await tokensOf(text, false), before: new Int32Array(), warnings: []};
  const tokensApart = joined ? null : await tokensOf(text, true);
  const before = await tokensOf(context, false);
  if (tokensApart !== null) return {tokens: tokensApart, before: before.ids, warnings: []};
  const whole = await tokensOf(context + text, false);
  const tokens = behindFirst(whole, before.ids.length, Buffer.byteLength(context));
  if (tokens.ids.length === 0)
    throw new EngineError("nothingToScore", l10n.t("Behind this context, the text has no token of its own."));
  const isSame = before.ids.every((id, i) => id === whole.ids[i]);
  return {tokens, before: before.ids, warnings: isSame ? [] : [noBorderWarning()]};
}

/** The tokens but the first `count`, with their ends counted from byte `start` on. */
function behindFirst({ids, ends}: TextTokens, count: number, start: number): TextTokens {
  return {ids: ids.slice(count), ends: ends?.slice(count).map((end) => Math.max(0, end - start)) ?? null};
}

function noBorderWarning(): string {
  return l10n.t(
    "Read in one piece, context and text have other tokens where they meet than the context alone. As in lm-evaluation-harness, the text's tokens are those behind as many as the context has by itself."
  );
}

/** So many of the context's tokens find no room in the window. */
export function cutWarning(tokens: number): string {
  return l10n.t(
    "The context is longer than the window has room for, and is cut at its beginning by {0}.",
    plural(tokens, "token")
  );
}
