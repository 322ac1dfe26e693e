import * as vscode from "vscode";
import type {Host} from "../../host/host";

/** The tools for agents. Their names and descriptions are in package.json. */
export function registerAgentTools(host: Host): vscode.Disposable {
  return vscode.Disposable.from(
    registerTool("tokenscope_perplexity", async () => {
      const {PerplexityTool} = await import("./perplexityTool");
      return new PerplexityTool(host);
    }),
    registerTool("tokenscope_count_tokens", async () => {
      const {CountTokensTool} = await import("./countTokensTool");
      return new CountTokensTool(host);
    })
  );
}

type Tool = Required<vscode.LanguageModelTool<unknown>>;

/** One instance for all calls, because it remembers its questions to the user. */
function registerTool(
  name: string,
  load: () => Promise<Pick<Tool, "prepareInvocation" | "invoke">>
): vscode.Disposable {
  let loading: ReturnType<typeof load> | undefined;
  const tool = (): ReturnType<typeof load> => {
    loading ??= load();
    return loading;
  };
  return vscode.lm.registerTool(name, {
    prepareInvocation: async (options, token) => (await tool()).prepareInvocation(options, token),
    invoke: async (options, token) => (await tool()).invoke(options, token)
  });
}
