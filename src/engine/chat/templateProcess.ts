/**
 * The program that runs a chat template, in a process of its own: a template comes from a stranger's file, and where it takes too much
 * memory, V8 ends the process. It takes one {@link RenderTask} and sends "ready" and one {@link RenderAnswer}. The template runs in a
 * thread, so that the process can end when its owner has, or when its time is up.
 */
import {isMainThread, parentPort, Worker, workerData} from "node:worker_threads";
import {type RenderAnswer, type RenderTask, timeLimit} from "./rendering";
import {renderChat} from "./renderTemplate";

/** Megabytes that a template may use. */
const memoryLimit = 512;

function serve(): void {
  process.once("disconnect", end);
  process.once("message", (task: RenderTask) => {
    new Worker(__filename, {workerData: task, resourceLimits: {maxOldGenerationSizeMb: memoryLimit}})
      .once("online", () => {
        process.send?.("ready");
        // The owner stops it before.
        setTimeout(end, 2 * timeLimit);
      })
      .on("message", (answer: RenderAnswer) => process.send?.(answer))
      .on("error", end);
  });
}

function end(): void {
  process.kill(process.pid, "SIGKILL");
}

if (isMainThread) serve();
else parentPort?.postMessage(renderChat(workerData as RenderTask));
