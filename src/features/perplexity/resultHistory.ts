import * as v from "valibot";
import type {Memento} from "vscode";
import {scoredModelSchema, summarySchema, windowingSchema} from "../../host/savedScores";
import {savedSums} from "../../metrics/savedSums";
import {parsed, wholeNumber} from "../../text/guard";
import type {Result} from "./result";

const stateKey = "tokenscope.results";

/** Older results are forgotten. */
export const maxResults = 50;

const savedResult = v.object({
  title: v.string(),
  time: wholeNumber,
  model: scoredModelSchema,
  windowing: windowingSchema,
  contextTokens: wholeNumber,
  finished: v.boolean(),
  spacedWords: v.boolean(),
  summary: summarySchema,
  warnings: v.array(v.string()),
  ropeFactors: v.exactOptional(v.string())
});

/** The last results of this workspace, the newest first. They outlive a reload, and hold no text but its title. */
export class ResultHistory {
  private results: readonly Result[];

  constructor(private readonly state: Memento) {
    const saved = state.get<unknown>(stateKey);
    const all = Array.isArray(saved) ? saved.slice(0, maxResults) : [];
    this.results = all.flatMap((one) => parsed(savedResult, one) ?? []);
  }

  get all(): readonly Result[] {
    return this.results;
  }

  async add(result: Result): Promise<void> {
    await this.save([result, ...this.results].slice(0, maxResults));
  }

  async remove(result: Result): Promise<void> {
    await this.save(this.results.filter((one) => one !== result));
  }

  async clear(): Promise<void> {
    await this.save([]);
  }

  private async save(results: readonly Result[]): Promise<void> {
    this.results = results;
    const saved = results.map((result) => ({...result, summary: savedSums(result.summary)}));
    await this.state.update(stateKey, saved.length === 0 ? undefined : saved);
  }
}
