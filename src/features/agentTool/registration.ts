import * as vscode from "vscode";
import type {Host} from "../../host/host";

/** The tool that agents may use; its name and description stand in package.json. */
export function registerAgentTool(host: Host): vscode.Disposable {
  const tool = async () => {
    const {PerplexityTool} = await import("./perplexityTool");
    return new PerplexityTool(host);
  };
  return vscode.lm.registerTool("tokenscope_perplexity", {
    prepareInvocation: async (options) => (await tool()).prepareInvocation(options),
    invoke: async (options, token) => (await tool()).invoke(options, token)
  });
}
