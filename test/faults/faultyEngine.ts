/**
 * The real engine with a fault of its own: at its start, while unpacking, or at a signal. An environment variable names
 * the fault; without it, this is just the engine.
 */
import {writeSync} from "node:fs";
import {createRequire} from "node:module";
import path from "node:path";
import {serialize} from "node:v8";
import type {Progress} from "../../src/contract/progress";
import {evaluatorChoice} from "../../src/engine/llama/evaluator/choice";
import {root} from "../harness/paths";
import {atStart, atUnpacking, type Harm, harmSignal, harmVariable, onDevice} from "./harm";

/** The descriptor of fork()'s channel. */
const channelDescriptor = 3;

let breaksOff = false;

const harms: Record<Harm, () => void> = {
  abort: () => process.abort(),
  exit: () => process.exit(0),
  heap() {
    const kept: number[][] = [];
    for (;;) kept.push(new Array<number>(1e5).fill(kept.length));
  },
  halfMessage() {
    breaksOff = true;
  },
  spin() {
    for (;;);
  }
};

const [harm, when] = process.env[harmVariable]?.split(" ") ?? [];
if (harm !== undefined) {
  watchMessages();
  const come = harms[harm as Harm];
  process.on(harmSignal, come);
  if (when === atStart) come();
}
createRequire(__filename)(path.join(root, "dist/engine.js"));

/** Passes all messages on, until one must break off in the middle, after the earlier ones were sent. */
function watchMessages(): void {
  const send = process.send as (...parameters: unknown[]) => boolean;
  let unsent = 0;
  let last: unknown;
  const breakOffWhenSent = (): void => {
    if (unsent > 0) setImmediate(breakOffWhenSent);
    else breakOff(last);
  };
  process.send = (message: unknown, handle?: unknown, options?: unknown, callback?: (error: Error | null) => void) => {
    const {params} = message as {params?: {value?: Progress}};
    if (when === atUnpacking && params?.value?.stage === "unpack") harms[harm as Harm]();
    if (when === onDevice && evaluatorChoice() === "native") {
      if (params?.value?.stage === "load") params.value = {...params.value, unguarded: "vulkan"};
      if (params?.value?.stage === "score") harms[harm as Harm]();
    }
    if (last !== undefined) return true;
    if (breaksOff) {
      last = message;
      breakOffWhenSent();
      return true;
    }
    unsent++;
    return send.call(process, message, handle, options, (error: Error | null) => {
      unsent--;
      callback?.(error);
    });
  };
}

/** Writes half a message in Node's format, with its length in front, and exits. */
function breakOff(message: unknown): never {
  const content = serialize(message);
  const whole = Buffer.alloc(4 + content.length);
  whole.writeUInt32BE(content.length);
  content.copy(whole, 4);
  const end = Math.ceil(whole.length / 2);
  for (let written = 0; written < end; ) {
    try {
      written += writeSync(channelDescriptor, whole, written, end - written);
    } catch (error) {
      // The reader is slower than the writer.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
  process.exit(1);
}
