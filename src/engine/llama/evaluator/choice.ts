import {evaluatorVariable, guardedEvaluator} from "../../../contract/requests";

/** How this process evaluates: through libllama's own API, where that works, or in any case through node-llama-cpp. */
export function evaluatorChoice(): "native" | "nodeLlama" {
  return process.env[evaluatorVariable] === guardedEvaluator ? "nodeLlama" : "native";
}
