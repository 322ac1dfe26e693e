/**
 * Entry point of a thread that makes predictions of logits. Its workerData is the {@link LogitsMemory}. Tasks come from the thread's
 * owner, and straight from the evaluator's thread by the port that the owner sends first. Results go to the owner.
 */
import "../../language";
import {parentPort, workerData} from "node:worker_threads";
import {freeSlot, type LogitsMemory, Reducer} from "./logitsMemory";
import {problemOf, type ReducerAnswer, type ReducerPort, type ReducerTask} from "./reduction";

const memory = workerData as LogitsMemory;
const reducer = new Reducer(memory);

parentPort?.on("message", (message: ReducerPort | ReducerTask) => {
  if ("port" in message) message.port.on("message", answer);
  else answer(message);
});

function answer({id, first, slot, count, targets, top, sets}: ReducerTask): void {
  let answered: ReducerAnswer;
  try {
    answered = {id, first, predictions: reducer.reduce(slot, count, targets, top, sets)};
  } catch (error) {
    answered = {id, first, problem: problemOf(error)};
  } finally {
    freeSlot(memory.control, slot);
  }
  const {logprobs, ranks, entropies, topIds, topLogprobs, masses} = answered.predictions ?? {};
  const all = [logprobs, ranks, entropies, topIds, topLogprobs, masses?.cutOff, masses?.decided];
  const arrays = all.flatMap((array) => array?.buffer ?? []);
  parentPort?.postMessage(answered, arrays as ArrayBuffer[]);
}
