/*
 * A thread of the engine process that searches a vocabulary. A regular expression may go on for ever, and nothing inside it can
 * be interrupted: then this thread is ended as a whole (vocabularySearch.ts).
 */
import {parentPort, workerData} from "node:worker_threads";
import {type IndexSearch, TokenFinder, type TokenIndex} from "./tokenIndex";

const finder = new TokenFinder(workerData as TokenIndex);

parentPort?.on("message", (search: IndexSearch) => {
  const ids = finder.find(search);
  parentPort?.postMessage(ids, [ids.buffer as ArrayBuffer]);
});
