import type {FromView, ToView} from "../../src/features/modelInfo/protocol";

/** Fetches bytes of one of the view's resources. */
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
    // The whole file: it may be of any size.
    aborting.abort();
  } catch {
    // The file is gone, or the connection is.
  }
  return {type: "noPiece", request};
}
