import * as l10n from "@vscode/l10n";
import {EngineError} from "../../contract/errors";
import type {ByteSource} from "../../gguf/byteSource";
import {connectionFailure, discard, type Http} from "./http";
import {type RemotePart, rangeOf} from "./remoteFile";
import {type RetryPolicy, retry} from "./retryPolicy";

/** Minimum bytes of a request: headers are read in small pieces, from front to back. */
const minFetch = 1 << 20;

/** More bytes than any header has. */
const maxFetched = 256 << 20;

/** A remote file that is fetched only where it is read. */
export function httpSource(http: Http, part: RemotePart, retryPolicy: RetryPolicy, signal: AbortSignal): ByteSource {
  let held: {readonly offset: number; readonly bytes: Buffer} = {offset: 0, bytes: Buffer.alloc(0)};
  let fetched = 0;
  return {
    size: part.bytes,
    read: async (offset, length) => {
      const end = Math.min(part.bytes, offset + length);
      if (offset < held.offset || end > held.offset + held.bytes.length) {
        const last = Math.min(part.bytes, Math.max(end, offset + minFetch)) - 1;
        if (last < offset) return new Uint8Array();
        fetched += last + 1 - offset;
        if (fetched > maxFetched) throw tooMuch(part.url);
        const bytes = await retry(retryPolicy, signal, () => fetchRange(http, part, offset, last, signal));
        held = {offset, bytes};
      }
      return held.bytes.subarray(offset - held.offset, end - held.offset);
    }
  };
}

async function fetchRange(
  http: Http,
  {url, bytes: total}: RemotePart,
  first: number,
  last: number,
  signal: AbortSignal
): Promise<Buffer> {
  const answer = await http.get(url, {signal, range: [first, last]});
  const range = rangeOf(answer);
  if (answer.status !== 206 || range?.start !== first || range.total !== total) {
    await discard(answer.body);
    throw new EngineError(
      "serverFailed",
      l10n.t("{0} sends other bytes than requested: use another address.", url.host)
    );
  }
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of answer.body) {
      pieces.push(piece as Buffer);
      length += (piece as Buffer).length;
      if (length > last + 1 - first) throw tooMuch(url);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw connectionFailure(error, url);
  }
  if (length < last + 1 - first) throw connectionFailure(null, url);
  return Buffer.concat(pieces);
}

function tooMuch({host}: URL): EngineError {
  return new EngineError(
    "wrongContent",
    l10n.t("{0} sends more than a model's header has: use another address.", host)
  );
}
