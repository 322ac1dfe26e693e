import {fork} from "node:child_process";
import path from "node:path";
import * as l10n from "@vscode/l10n";
import {EngineError} from "../../contract/errors";
import {count} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import {maxRendered, type RenderAnswer, type Rendered, type RenderTask, timeLimit} from "./rendering";

/** Renders a chat in a process of its own, which ends with the answer, at its limits, or when nobody waits for it any more. */
export async function render(task: RenderTask, signal: AbortSignal): Promise<Rendered> {
  signal.throwIfAborted();
  const answer = await answerOf(task, signal);
  switch (answer.kind) {
    case "rendered":
      return answer.rendered;
    case "refused":
      throw new EngineError(
        "chatRefused",
        l10n.t(
          "The model's chat template does not take these messages ({0}): change them, or select another model.",
          plainText(answer.message, 200)
        )
      );
    case "failed":
      throw new EngineError(
        "chatTemplateFailed",
        l10n.t(
          "The model's chat template can't be run ({0}): select another model, or count the text alone.",
          plainText(answer.message, 200)
        )
      );
    case "tooLong":
      throw new EngineError(
        "chatTemplateFailed",
        l10n.t(
          "The model's chat template was stopped, because it writes more than {0} characters: select another model.",
          count(maxRendered)
        )
      );
    case "timeUp":
      throw new EngineError(
        "chatTemplateFailed",
        l10n.t(
          "The model's chat template was stopped after {0} seconds: select another model, or count a shorter text.",
          count(timeLimit / 1000)
        )
      );
    case "ended":
      throw new EngineError(
        "chatTemplateFailed",
        l10n.t(
          "The model's chat template was stopped, because it takes too much memory: select another model, or count a shorter text."
        )
      );
    default:
      return answer satisfies never;
  }
}

type Answer = RenderAnswer | {readonly kind: "timeUp"} | {readonly kind: "ended"};

async function answerOf(task: RenderTask, signal: AbortSignal): Promise<Answer> {
  const child = fork(path.join(__dirname, "chatTemplate.js"), [], {
    execArgv: [],
    serialization: "advanced",
    // V8 writes long reports before it ends a process.
    stdio: ["ignore", "ignore", "ignore", "ipc"]
  });
  let timer: NodeJS.Timeout | undefined;
  let onAbort = (): void => undefined;
  try {
    return await new Promise<Answer>((resolve, reject) => {
      onAbort = () => reject(signal.reason);
      signal.addEventListener("abort", onAbort);
      child.once("error", reject);
      child.once("exit", () => resolve({kind: "ended"}));
      child.on("message", (message: RenderAnswer | "ready") => {
        if (message !== "ready") return resolve(message);
        // The time that the system takes to start a process is not the template's.
        timer = setTimeout(() => resolve({kind: "timeUp"}), timeLimit);
      });
      child.send(task);
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    child.kill("SIGKILL");
  }
}
