import * as vscode from "vscode";
import type {Host} from "../../host/host";
import type {PerplexityTool} from "./perplexityTool";

/** The tool for agents. Its name and description are in package.json. */
export function registerAgentTool(host: Host): vscode.Disposable {
  let loading: Promise<PerplexityTool> | undefined;
  const load = async (): Promise<PerplexityTool> => {
    const {PerplexityTool} = await import("./perplexityTool");
    return new PerplexityTool(host);
  };
  // One instance for all calls, because it remembers its questions to the user.
  const tool = (): Promise<PerplexityTool> => {
    loading ??= load();
    return loading;
  };
  return vscode.lm.registerTool("tokenscope_perplexity", {
    prepareInvocation: async (options) => (await tool()).prepareInvocation(options),
    invoke: async (options, token) => (await tool()).invoke(options, token)
  });
}
