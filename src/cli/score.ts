import type {ScoresUnder} from "../contract/constrained";
import {EngineError} from "../contract/errors";
import type {ModelRef} from "../contract/models";
import type {Progress} from "../contract/progress";
import type {EngineMethod, EngineRequests} from "../contract/requests";
import type {Scores} from "../contract/scoring";
import {constrainedHeader} from "../metrics/constrainedExport";
import {csvPieces, type ExportedTokens, exportHeader, jsonPieces} from "../metrics/scoreExport";
import {corpusHeader, scoreHeader} from "../metrics/scoreHeader";
import {corpusSummary, type Summary} from "../metrics/summary";
import {jsonText} from "../text/jsonText";
import {visibleText} from "../text/visibleText";
import {tokenscopeVersion} from "../version";
import {choice, type Options, positiveNumber, UsageError, wholeNumber} from "./arguments";
import type {Console} from "./console";
import {constraintOf} from "./constraint";
import {type LimitOption, limitOptions} from "./limits";
import {readText} from "./readText";

/** Sends a request to the engine. */
export type Request = <M extends EngineMethod>(
  method: M,
  params: EngineRequests[M]["params"],
  onProgress?: (progress: Progress) => void
) => Promise<EngineRequests[M]["result"]>;

/** A metric and the value that it may not be above. */
interface Limit extends LimitOption {
  readonly max: number;
}

type ExitCode = 0 | 1 | 2;

/** `score FILE…`: prints a document for each file. For several files, it also prints the corpus. */
export async function score(
  files: readonly string[],
  model: ModelRef,
  options: Options,
  request: Request,
  console: Console
): Promise<ExitCode> {
  const asked = scoreParams(options);
  const limits = limitsOf(options);
  const format = choice("format", options.format ?? "json", ["json", "csv"]);
  if (files.length === 0) throw new UsageError("which FILE?");
  const several = files.length > 1;
  if (several && format === "csv") throw new UsageError("--format csv takes one FILE");
  const contextFile = options["context-file"];
  if ([...files, contextFile].filter((file) => file === "-").length > 1)
    throw new UsageError("only one FILE can be standard input");
  const constraint = await constraintOf(options, files);
  const context = contextFile === undefined ? {} : {context: await readText(contextFile)};

  const summaries: Summary[] = [];
  let exitCode: ExitCode = 0;
  for (const file of files) {
    try {
      const text = await readText(file);
      const params = {model, text, ...asked, ...context};
      const onProgress = console.progressOn(file);
      const scores: Scores & Partial<ScoresUnder> =
        constraint === undefined
          ? await request("score", params, onProgress)
          : await request("scoreUnder", {...params, constraint}, onProgress);
      const tokens = options["no-tokens"] ? null : await exportedTokens(scores, model, request);
      const header = {
        ...(several ? {file} : {}),
        ...(options.full || format === "csv"
          ? exportHeader(scores, scores.summary, versionsOf(scores))
          : scoreHeader(scores, scores.summary)),
        ...(scores.constrained && {constrained: constrainedHeader(scores.constrained, scores.ends)})
      };
      const pieces = format === "csv" ? csvPieces(header, tokens) : jsonPieces(header, tokens, "line");
      await console.answer([...pieces, format === "csv" ? "" : "\n"].join(""));
      summaries.push(scores.summary);
      const exit = checkLimits(file, scores.summary, limits, console);
      if (exit !== 0 && exitCode !== 1) exitCode = exit;
    } catch (error) {
      if (!several || !concernsOneText(error)) throw error;
      console.sayError(
        error instanceof EngineError ? new UsageError(`"${visibleText(file)}": ${error.message}`) : error
      );
      exitCode = 1;
    }
  }
  if (several && summaries.length > 0)
    await console.answer(`${jsonText({corpus: corpusHeader(corpusSummary(summaries))})}\n`);
  return exitCode;
}

function scoreParams(options: Options) {
  const window = wholeNumber("window", options.window);
  const stride = wholeNumber("stride", options.stride);
  return {
    special: options.special ?? false,
    mode: choice("mode", options.mode ?? "document", ["document", "llama-perplexity"]),
    top: wholeNumber("top", options.top) ?? 0,
    ...(window === undefined ? {} : {window}),
    ...(stride === undefined ? {} : {stride})
  };
}

function limitsOf(options: Options): Limit[] {
  return limitOptions.flatMap((limit) => {
    const max = positiveNumber(limit.option, options[limit.option]);
    return max === undefined ? [] : [{...limit, max}];
  });
}

/** Reports on one line the metrics above their limits, and those without a value to compare with a limit. */
function checkLimits(file: string, summary: Summary, limits: readonly Limit[], console: Console): ExitCode {
  const failures = limits.flatMap(({name, max, of}): {exitCode: ExitCode; says: string}[] => {
    const value = of(summary);
    if (value === null) return [{exitCode: 1, says: `has no ${name} to hold to the limit of ${max}`}];
    return value > max ? [{exitCode: 2, says: `${name} ${value} is above the limit of ${max}`}] : [];
  });
  if (failures.length === 0) return 0;
  console.say(`tokenscope: "${visibleText(file)}": ${failures.map(({says}) => says).join(", ")}`);
  return failures.some(({exitCode}) => exitCode === 1) ? 1 : 2;
}

/** Whether an error concerns one text only, so that the next text can be scored. */
function concernsOneText(error: unknown): boolean {
  return (
    error instanceof UsageError ||
    (error instanceof EngineError && (error.kind === "emptyText" || error.kind === "nothingToScore"))
  );
}

/** Tokens have the model's texts here, so that tokens and their alternatives are written alike. */
async function exportedTokens(
  scores: Scores & Partial<ScoresUnder>,
  model: ModelRef,
  request: Request
): Promise<ExportedTokens> {
  const {ids, ends, logprobs, detail, constrained = null} = scores;
  const rivals = detail?.topIds.filter((id) => id >= 0) ?? new Int32Array();
  const unique = Int32Array.from(new Set([...ids, ...rivals]));
  const texts = await request("tokenTexts", {model, ids: unique});
  const byId = new Map(Array.from(unique, (id, i) => [id, texts[i] ?? ""]));
  const textOfId = (id: number) => byId.get(id) ?? "";
  return {
    ids,
    ends,
    logprobs,
    constrained,
    detail: detail && {...detail, textOfId},
    textOf: (token) => textOfId(ids[token] ?? -1)
  };
}

function versionsOf({versions}: Scores) {
  return {
    tokenscope: tokenscopeVersion,
    nodeLlamaCpp: versions?.nodeLlamaCpp ?? null,
    llamaCpp: versions?.llamaCpp ?? null
  };
}
