import type {SourceControl, Uri} from "vscode";
import type {DocumentRange} from "./documents/documentRange";
import type {ScoredTarget} from "./documents/scoredTarget";
import type {AlternativeChoice, TriedAlternative} from "./triedAlternative";

/** The arguments that our own code gives a command. Only the type is used, so the table costs nothing at run time. */
interface Takes<Arguments extends readonly unknown[]> {
  readonly arguments?: Arguments;
}

const nothing: Takes<[]> = {};
const place: Takes<[place?: DocumentRange]> = {};
const tokens: Takes<[tokens?: {readonly from: number; readonly to: number}]> = {};

/** All commands by their names in package.json, without "tokenscope." (test/unit/manifest.test.ts compares them). */
export const commands = {
  countTokens: nothing,
  stopCounting: nothing,
  toggleTokenBoundaries: nothing,
  countTokensInFolder: {} as Takes<[resource?: Uri, selected?: readonly Uri[]]>,
  countFolderAgain: nothing,
  copyFolderCountsMarkdown: nothing,
  copyFolderCountsJson: nothing,
  copyFolderCountsCsv: nothing,
  setTokenBudget: {} as Takes<[resource?: Uri]>,
  goToBudgetEnd: {} as Takes<[resource?: Uri]>,
  countTokensAsChat: {} as Takes<[subject?: DocumentRange | Uri]>,
  showTokenizer: {} as Takes<[model?: string | Uri]>,
  compareTokenizers: {} as Takes<[resource?: Uri, selected?: readonly Uri[]]>,
  perplexity: place,
  showResults: nothing,
  showLogprobs: place,
  copyTokens: tokens,
  copyTokensMarkdown: tokens,
  selectTokens: tokens,
  scoreFromToken: tokens,
  comparePrompts: nothing,
  consistency: nothing,
  tryAlternative: {} as Takes<[alternative?: TriedAlternative | AlternativeChoice]>,
  compareLogprobs: {} as Takes<[subject?: ScoredTarget | DocumentRange]>,
  exportScores: {} as Takes<[scored?: ScoredTarget]>,
  scoreUnderSchema: nothing,
  scoreChanges: {} as Takes<[sourceControl?: SourceControl]>,
  scoreChangesAgain: nothing,
  sortChangesByDifference: nothing,
  sortChangesByFile: nothing,
  toggleHeatmap: nothing,
  stopHeatmap: nothing,
  colorBy: nothing,
  nextSurprise: nothing,
  previousSurprise: nothing,
  whatComesNext: nothing,
  complete: nothing,
  completeUnderGrammar: nothing,
  bestOfN: nothing,
  toggleInlineCompletion: nothing,
  toggleInlineCompletionForLanguage: nothing,
  toggleInlineCompletionForWorkspace: nothing,
  snoozeInlineCompletion: {} as Takes<[minutes?: number]>,
  showCompletionMenu: nothing,
  selectModel: nothing,
  selectCompletionModel: nothing,
  useOneModel: nothing,
  useModel: {} as Takes<[file: string | null, role?: string]>,
  selectModelFile: nothing,
  useDemonstrationModel: nothing,
  downloadModel: {} as Takes<[address?: string]>,
  resumeDownload: nothing,
  setAccessToken: nothing,
  removeAccessToken: nothing,
  showModelInfo: {} as Takes<[model?: string | Uri]>,
  restartEngine: nothing,
  unloadModel: nothing,
  copyDiagnostics: nothing,
  showGpu: nothing,
  installCudaRuntime: nothing,
  installCudaRuntimeFromFile: nothing,
  removeCudaRuntime: nothing,
  showLog: nothing,
  showMenu: nothing,
  openWalkthrough: nothing,
  tryTokens: nothing,
  tryPerplexity: nothing,
  tryLogprobs: nothing,
  tryCompletion: nothing,
  showSurprisingLines: nothing,
  refreshSurprisingLines: nothing,
  nextSurprisingLine: nothing,
  previousSurprisingLine: nothing,
  filterSurprisingLines: nothing,
  clearSurprisingLinesFilter: nothing,
  followEditor: nothing,
  stopFollowingEditor: nothing,
  openSurprisingLine: {} as Takes<[row: object]>,
  showLogprobsOfLine: {} as Takes<[row: object]>,
  copySurprisingLine: {} as Takes<[row: object]>,
  listLines: nothing,
  listFunctions: nothing,
  sortByBitsPerByte: nothing,
  sortByBits: nothing,
  evaluateFolder: {} as Takes<[resource?: Uri, selected?: readonly Uri[]]>,
  evaluateFolderAgain: nothing,
  openEvaluatedFile: {} as Takes<[row: object]>,
  showLogprobsOfFile: {} as Takes<[row: object]>,
  showSurprisingLinesOfFile: {} as Takes<[row: object]>,
  copyEvaluatedFile: {} as Takes<[row: object]>,
  sortFilesByBitsPerByte: nothing,
  sortFilesByBits: nothing,
  sortFilesByPerplexity: nothing,
  sortFilesByTokens: nothing,
  sortFilesByName: nothing,
  showEvaluationReport: nothing,
  copyEvaluationMarkdown: nothing,
  exportEvaluationJson: nothing,
  exportEvaluationCsv: nothing
} satisfies Record<string, Takes<readonly unknown[]>>;

export type CommandName = keyof typeof commands;

export type CommandArguments<Name extends CommandName> =
  (typeof commands)[Name] extends Takes<infer Arguments> ? Arguments : never;

/** A command's id, as VS Code knows it. */
export function commandId<Name extends CommandName>(name: Name): `tokenscope.${Name}` {
  return `tokenscope.${name}`;
}
