import * as vscode from "vscode";
import type {Host} from "../../host/host";
import {PerplexityTool} from "./perplexityTool";

/** The tool that agents may use; its name and description stand in package.json. */
export function registerAgentTool(host: Host): vscode.Disposable {
  return vscode.lm.registerTool("tokenscope_perplexity", new PerplexityTool(host));
}
