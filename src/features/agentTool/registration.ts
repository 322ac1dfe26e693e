import * as vscode from "vscode";
import type {Host} from "../../host/host";
import type {PerplexityTool} from "./perplexityTool";

/** The tool that agents may use; its name and description stand in package.json. */
export function registerAgentTool(host: Host): vscode.Disposable {
  let loading: Promise<PerplexityTool> | undefined;
  const load = async (): Promise<PerplexityTool> => {
    const {PerplexityTool} = await import("./perplexityTool");
    return new PerplexityTool(host);
  };
  // One for all calls: it remembers what it has asked.
  const tool = (): Promise<PerplexityTool> => {
    loading ??= load();
    return loading;
  };
  return vscode.lm.registerTool("tokenscope_perplexity", {
    prepareInvocation: async (options) => (await tool()).prepareInvocation(options),
    invoke: async (options, token) => (await tool()).invoke(options, token)
  });
}
