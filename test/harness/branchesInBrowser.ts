import {branchesPage} from "../../src/features/branches/branchesPage";
import type {BranchPlace, FromView, ToView} from "../../src/features/branches/protocol";
import {webviewPage} from "../../src/host/webviewPage";
import {addBranches, type BranchTree, changeBranch, type NewBranch, noBranches} from "../../src/metrics/branchTree";
import {modelRef} from "./modelRef";
import {origin, ViewInBrowser, type ViewOptions} from "./viewInBrowser";

const following = [" a", "·+", " b", "↵", "↵", "print", "(", "add", "(", "1", ",", "·2", ")", ")", "↵"];

export const place: BranchPlace = {
  title: "sample.py, line 2",
  uri: "file:///sample.py",
  start: 20,
  end: 27,
  before: "def add(a, b):\n   ",
  own: " return",
  behind: " a + b\n",
  isWhole: true,
  model: {name: "Tokenscope Tiny", file: "tiny.gguf", sha256: "00"},
  spec: modelRef("/tiny.gguf"),
  windowing: {mode: "document", bos: true, window: 512, stride: 256},
  token: {id: 7, label: "·return", logprob: Math.log(0.413)},
  rest: following.map((label, index) => ({id: 100 + index, label, logprob: -0.4 - (index % 4) * 0.6})),
  contextTokens: 0,
  ids: [1, 2, 3, 4]
};

function branch(parent: number | null, at: number, words: string, more: Partial<NewBranch> = {}): NewBranch {
  const labels = words.split("|");
  return {
    parent,
    at,
    ids: labels.map((_, index) => index + 10 * labels.length),
    labels,
    logprobs: labels.map((_, index) => -0.2 - ((index * 7) % 5) * 0.7),
    origin: {kind: "greedy"},
    text: labels.join("").replaceAll("·", " "),
    isWhole: true,
    stop: "maxTokens",
    ...more
  };
}

const alternative = {origin: {kind: "alternative"}, stop: null} as const;
const sampled = (seed: number) => ({origin: {kind: "sampled", temperature: 0.8, seed}}) as const;

const grown = addBranches(noBranches, [
  branch(null, 0, "·print", alternative),
  branch(1, 1, "(|a|·+|·b|)|↵|↵|def|·main|():|↵|····|print|(|add|(|1|,|·2|)|)", {stop: "end"}),
  branch(1, 1, '(|f|"|{|a|}|·+|·{|b|}|"|)|↵', sampled(1)),
  branch(1, 1, "(|sum|([|a|,|·b|])|)|↵|↵|↵|class|·Adder|:|↵", sampled(2)),
  branch(3, 4, "·total", alternative),
  branch(5, 1, '}|"|)|↵|····|return|·total|↵', {}),
  branch(null, 0, "·raise", alternative),
  branch(7, 1, "·NotImplementedError|(|)|↵", {})
]);

const costs = place.rest.map(
  ({logprob}, index) => (logprob ?? 0) - (index < 4 ? 2.5 / (index + 1) : index % 3 === 0 ? -0.2 : 0.1)
);

/** Two words in the place, what grows from them, and another word inside a sample. */
export const tree: BranchTree = changeBranch(
  changeBranch(changeBranch(grown, 1, {rest: costs}), 3, {name: "as a text"}),
  7,
  {
    rest: place.rest.map(({logprob}) => (logprob ?? 0) + 0.2)
  }
);

/** The branches view in a browser, without VS Code. */
export async function branchesInBrowser(viewport: ViewOptions["viewport"]): Promise<ViewInBrowser<ToView, FromView>> {
  return await ViewInBrowser.start({
    html: webviewPage(branchesPage, {
      script: "/branches.js",
      styles: "/branches.css",
      cspSource: origin,
      canFetch: false,
      nonce: "n"
    }),
    viewport
  });
}
