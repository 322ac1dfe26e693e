import type {FromView, ToView} from "../../src/features/modelInfo/protocol";

/** Fetches bytes of a file that the view may read. */
export async function readPiece({
  request,
  url,
  offset,
  length
}: Extract<ToView, {type: "readPiece"}>): Promise<Extract<FromView, {type: "piece" | "noPiece"}>> {
  const aborting = new AbortController();
  try {
    const range = `bytes=${offset}-${offset + length - 1}`;
    const response = await fetch(url, {headers: {range}, signal: aborting.signal});
    if (response.status === 206) return {type: "piece", request, bytes: new Uint8Array(await response.arrayBuffer())};
    // The answer is the whole file, which may have any size.
    aborting.abort();
  } catch {
    // The file or the connection is gone.
  }
  return {type: "noPiece", request};
}
