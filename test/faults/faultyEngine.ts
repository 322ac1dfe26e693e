/**
 * The real engine, which comes to harm from within: at its start, in the middle of unpacking, or at a signal. An environment
 * variable says how; without it, this is the engine and nothing else.
 */
import {writeSync} from "node:fs";
import {createRequire} from "node:module";
import path from "node:path";
import {serialize} from "node:v8";
import {root} from "../harness/paths";
import {atStart, atUnpacking, type Harm, harmSignal, harmVariable} from "./harm";

/** Where fork() has put the channel, among the descriptors that the engine's client gives its process. */
const channelDescriptor = 3;

let breaksOff = false;

const harms: Record<Harm, () => void> = {
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

/** Lets every message through until one is to break off in its middle, once those before it are on their way. */
function watchMessages(): void {
  const send = process.send as (...parameters: unknown[]) => boolean;
  let unsent = 0;
  let last: unknown;
  const breakOffWhenSent = (): void => {
    if (unsent > 0) setImmediate(breakOffWhenSent);
    else breakOff(last);
  };
  process.send = (message: unknown, handle?: unknown, options?: unknown, callback?: (error: Error | null) => void) => {
    const {stage} = (message as {params?: {stage?: unknown}}).params ?? {};
    if (when === atUnpacking && stage === "unpack") harms[harm as Harm]();
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

/** Writes half of a message the way Node writes them, its length in front, and exits. */
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
      // Its reader is not that fast.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
  process.exit(1);
}
