import {open, rm} from "node:fs/promises";
import * as l10n from "@vscode/l10n";
import {EngineError} from "../../contract/errors";
import {withDiskErrors, writeAll} from "./disk";
import {connectionFailure, discard, type Http, header, wholeNumber} from "./http";
import {type RemotePart, rangeOf, validatorOf} from "./remoteFile";
import {type RetryPolicy, retry, TransientError} from "./retryPolicy";

/**
 * Completes a partial file that already has `start` bytes. The bytes written stay on the disk, however this ends.
 *
 * @param onPosition gets the number of bytes that the file has so far
 */
export async function fetchPart(
  http: Http,
  part: RemotePart,
  partial: string,
  start: number,
  retryPolicy: RetryPolicy,
  onPosition: (bytes: number) => void,
  signal: AbortSignal
): Promise<void> {
  // A process that died during the final rename may have left two hard links: removing this one keeps the other intact.
  if (start === 0) await withDiskErrors(rm(partial, {force: true}));
  const file = await withDiskErrors(open(partial, start === 0 ? "w" : "r+"));
  let position = start;
  // A server without ranges sends the file from the start each time: only a new maximum counts as progress.
  let reached = start;
  const fetchRest = async (): Promise<void> => {
    if (position === part.bytes) return;
    const from = part.ranges ? position : 0;
    const answer = await http.get(part.url, {signal, ...(from === 0 ? {} : {range: [from, part.bytes - 1]})});
    const range = rangeOf(answer);
    const continues = answer.status === 206 && range?.start === from;
    const total = continues ? range.total : wholeNumber(header(answer.headers, "content-length"));
    if (validatorOf(answer) !== part.validator || total !== part.bytes) {
      await discard(answer.body);
      throw changedOnServer(part.url);
    }
    // A server may answer a range request with the whole file.
    position = continues ? from : 0;
    try {
      for await (const piece of answer.body) {
        if (position + piece.length > part.bytes) throw tooLong(part.url);
        await writeAll(file, piece, position);
        position += piece.length;
        reached = Math.max(reached, position);
        onPosition(position);
      }
    } catch (error) {
      signal.throwIfAborted();
      throw connectionFailure(error, part.url);
    }
    if (position < part.bytes) throw endedEarly(part.url);
  };
  try {
    onPosition(position);
    await retry(retryPolicy, signal, fetchRest, () => reached);
  } finally {
    await file.close();
  }
}

function endedEarly({host}: URL): EngineError {
  return new TransientError(
    "connectionLost",
    l10n.t("The connection to {0} broke off: check the network, then resume the download where it stopped.", host)
  );
}

function tooLong({host}: URL): EngineError {
  return new EngineError(
    "wrongContent",
    l10n.t("{0} sends more than it said, so what it sent was removed: use another address.", host)
  );
}

/** Keeps the partial file, which may be right: a hotel's network, for one, answers every request with its own page. */
function changedOnServer({host}: URL): EngineError {
  return new EngineError(
    "serverFailed",
    l10n.t(
      "The file at {0} has changed since the download began: download it again, which resumes if the file is the same.",
      host
    )
  );
}
