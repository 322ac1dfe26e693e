import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import {root} from "../harness/paths";

/** The decision for a setting: who may set it, and whether an untrusted workspace may. */
type Decision = readonly [scope: string, restricted: "restricted" | "always"];

/**
 * By docs/decisions/trust.md: what names a file of this machine or uses its memory and processors goes with the
 * machine, may be set by a workspace, and only by one that is trusted; where a connection goes to is never a
 * workspace's to say. A new setting has to be decided here.
 */
const decided: Readonly<Record<string, Decision>> = {
  "tokenscope.model": ["machine-overridable", "restricted"],
  "tokenscope.completionModel": ["machine-overridable", "restricted"],
  "tokenscope.modelFolders": ["machine-overridable", "restricted"],
  "tokenscope.gpu": ["machine-overridable", "restricted"],
  "tokenscope.gpuLayers": ["machine-overridable", "restricted"],
  "tokenscope.threads": ["machine-overridable", "restricted"],
  "tokenscope.contextSize": ["machine-overridable", "restricted"],
  "tokenscope.kvCache": ["machine-overridable", "restricted"],
  "tokenscope.huggingFaceEndpoint": ["machine", "restricted"],
  "tokenscope.npmRegistry": ["machine", "restricted"],
  // It decides how long the model's memory is held.
  "tokenscope.idleMinutes": ["window", "restricted"],
  // They make the engine work by itself.
  "tokenscope.countOnStart": ["window", "restricted"],
  "tokenscope.logprobs.live": ["window", "restricted"],
  "tokenscope.inlineCompletion.enabled": ["language-overridable", "restricted"],
  "tokenscope.inlineCompletion.delay": ["window", "restricted"],
  "tokenscope.inlineCompletion.maxTokens": ["window", "restricted"],
  "tokenscope.inlineCompletion.minConfidence": ["window", "restricted"],
  // More of them take the processors longer.
  "tokenscope.inlineCompletion.alternatives": ["window", "restricted"],
  // Files that no model sees: a trusted workspace may change this.
  "tokenscope.inlineCompletion.exclude": ["window", "restricted"],
  // It only changes which part of the text counts as context.
  "tokenscope.selectionContext": ["window", "always"],
  // They only colour what is scored anyway; a threshold is cut to its range (metrics/colourScale.ts).
  "tokenscope.colorBy": ["window", "always"],
  "tokenscope.colorThreshold": ["window", "always"],
  // It shows more of what is scored anyway.
  "tokenscope.heatmap.lineFigures": ["window", "always"],
  // It makes the engine work by itself.
  "tokenscope.codeLens": ["window", "restricted"],
  // It only shows a button, or takes it away.
  "tokenscope.titleButton": ["window", "always"],
  // It only marks files that are counted anyway, and is read within limits (text/tokenBudget.ts).
  "tokenscope.budget": ["resource", "always"]
};

interface Manifest {
  readonly contributes: {readonly configuration: {readonly properties: Record<string, {readonly scope?: string}>}};
  readonly capabilities: {
    readonly untrustedWorkspaces: {readonly supported: string; readonly restrictedConfigurations: readonly string[]};
  };
}

describe("the settings", () => {
  const {contributes, capabilities}: Manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  const {supported, restrictedConfigurations} = capabilities.untrustedWorkspaces;

  it("may be set by a workspace as it was decided for each of them", () => {
    const {properties} = contributes.configuration;
    for (const [name, {scope = "window"}] of Object.entries(properties)) {
      const restricted = restrictedConfigurations.includes(name) ? "restricted" : "always";
      assert.deepEqual([name, scope, restricted], [name, ...(decided[name] ?? ["not decided", ""])]);
    }
  });

  it("are all there that Restricted Mode is to ignore", () => {
    assert.equal(supported, "limited");
    const names = Object.keys(contributes.configuration.properties);
    assert.deepEqual(
      restrictedConfigurations.filter((name) => !names.includes(name)),
      []
    );
  });
});
