import "./host/language";
import type * as vscode from "vscode";
import {registerAgentTools} from "./features/agentTool/registration";
import {registerBranches} from "./features/branches/registration";
import {registerChatCount} from "./features/chatCount/registration";
import {registerCodeLens} from "./features/codeLens/registration";
import {registerCompareScores} from "./features/compareScores/registration";
import {registerCompareTokenizers} from "./features/compareTokenizers/registration";
import {registerConstraints} from "./features/constraints/registration";
import {registerDownloads} from "./features/downloads/registration";
import {registerEngineControl} from "./features/engineControl/registration";
import {registerEvaluateFolder} from "./features/evaluateFolder/registration";
import {registerExportScores} from "./features/exportScores/registration";
import {registerFolderTokens} from "./features/folderTokens/registration";
import {registerGpu} from "./features/gpu/registration";
import {registerHeatmap} from "./features/heatmap/registration";
import {registerInlineCompletion} from "./features/inlineCompletion/registration";
import {registerLogprobs} from "./features/logprobs/registration";
import {registerMenu} from "./features/menu/registration";
import {registerModelInfo} from "./features/modelInfo/registration";
import {registerModels} from "./features/models/registration";
import {registerPerplexity} from "./features/perplexity/registration";
import {registerPromptTests} from "./features/promptTests/registration";
import {registerRestrictedMode} from "./features/restrictedMode/registration";
import {registerScoreChanges} from "./features/scoreChanges/registration";
import {registerSurprisingLines} from "./features/surprisingLines/registration";
import {registerTokenBoundaries} from "./features/tokenBoundaries/registration";
import {registerTokenBudget} from "./features/tokenBudget/registration";
import {registerTokenCount} from "./features/tokenCount/registration";
import {registerTokenizer} from "./features/tokenizer/registration";
import {registerWalkthrough} from "./features/walkthrough/registration";
import {registerWhatComesNext} from "./features/whatComesNext/registration";
import {createHost} from "./host/host";

export function activate(context: vscode.ExtensionContext): void {
  const host = createHost(context);
  context.subscriptions.push(
    registerTokenCount(host),
    registerTokenBoundaries(host),
    registerFolderTokens(host),
    registerTokenBudget(host),
    registerChatCount(host),
    registerTokenizer(host),
    registerCompareTokenizers(host),
    registerRestrictedMode(
      host,
      context.extension.packageJSON.capabilities.untrustedWorkspaces.restrictedConfigurations
    ),
    registerPerplexity(host, context.workspaceState),
    registerLogprobs(host),
    registerBranches(host),
    registerCompareScores(host),
    registerPromptTests(host),
    registerExportScores(host),
    registerConstraints(host),
    registerHeatmap(host),
    registerCodeLens(host),
    registerScoreChanges(host),
    registerSurprisingLines(host, context.workspaceState),
    registerEvaluateFolder(host, context),
    registerInlineCompletion(host),
    registerWhatComesNext(host, context.workspaceState),
    registerAgentTools(host),
    registerModels(host),
    registerDownloads(host),
    registerModelInfo(host),
    registerEngineControl(host, context.extension),
    registerWalkthrough(host),
    registerGpu(host),
    registerMenu(host)
  );
}
