import {mkdir} from "node:fs/promises";
import * as l10n from "@vscode/l10n";
import {EngineError} from "../../contract/errors";
import type {Progress, TransferProgress} from "../../contract/progress";
import type {DownloadedFile, DownloadParams} from "../../contract/transfer";
import {splitNames} from "../../gguf/splits";
import type {RequestContext} from "../backend";
import {findExisting, moveToFinalNames, type NamedFile} from "./destination";
import {type Checksum, checkFreeSpace, readIntegrity, withDiskErrors} from "./disk";
import {fetchPart} from "./fetchPart";
import {safeFileName} from "./fileName";
import {Http} from "./http";
import {PartialDownload} from "./partialDownload";
import {describeParts, type RemotePart} from "./remoteFile";
import {defaultRetryPolicy, type RetryPolicy} from "./retryPolicy";
import {verify} from "./verify";

/** One file of a download under way. */
interface Part extends RemotePart, NamedFile {
  /** Its path until it is complete. */
  readonly partial: string;
}

/** Minimum time between two progress reports (ms). */
const minReportInterval = 100;

/**
 * Downloads a file, or all files of a split model, into a folder. Partial files have temporary names and survive an
 * abort, a crash or a lost connection, so that the next try can resume them. They get their final names once all are
 * verified. No existing file is overwritten: the same content is reused, and other content gets a name with a number.
 */
export async function download(
  params: DownloadParams,
  {signal, onProgress}: Pick<RequestContext, "signal" | "onProgress">,
  retryPolicy: RetryPolicy = defaultRetryPolicy
): Promise<DownloadedFile> {
  const http = await Http.open(params.network, retryPolicy);
  try {
    const remote = await describeParts(http, params.uri, params.network.huggingFace, retryPolicy, signal);
    if (params.gguf && !remote.every(({gguf}) => gguf)) throw notGguf(remote[0].url);
    await withDiskErrors(mkdir(params.folder, {recursive: true}));
    const names = namesOf(params, remote);
    const bytes = remote.reduce((sum, part) => sum + part.bytes, 0);
    const unfinished = new PartialDownload(params.folder, params.uri, names, bytes);
    const parts = remote.map((part, index): Part => {
      const name = names[index] ?? "";
      return {...part, name, partial: unfinished.partialOf(name), checksum: checksumOf(params, remote, part)};
    });
    const known = await unfinished.claim(signal);
    try {
      const file =
        (await findExisting(params.folder, parts, signal)) ??
        (await new Transfer(http, params, parts, unfinished, retryPolicy, signal, throttled(onProgress)).run(known));
      await unfinished.remove();
      return {path: file, bytes, verified: parts.every(({checksum}) => checksum !== null) ? "checksum" : "size"};
    } finally {
      unfinished.release();
    }
  } finally {
    await http.close();
  }
}

/** Fetches, verifies and names the files of a download. */
class Transfer {
  private readonly total: number;

  constructor(
    private readonly http: Http,
    private readonly params: DownloadParams,
    private readonly parts: readonly Part[],
    private readonly unfinished: PartialDownload,
    private readonly retryPolicy: RetryPolicy,
    private readonly signal: AbortSignal,
    private readonly report: (progress: TransferProgress) => void
  ) {
    this.total = parts.reduce((sum, {bytes}) => sum + bytes, 0);
  }

  /** Returns the final path of the (first) file. `known` holds the validators of the partial files. */
  async run(known: readonly (string | null)[]): Promise<string> {
    const starts = await Promise.all(
      this.parts.map((part, index) => this.unfinished.startOf(part, known[index] ?? null))
    );
    await checkFreeSpace(this.params.folder, this.total - sum(starts));
    await this.unfinished.write(this.parts.map(({validator}) => validator));
    await this.fetch(starts);
    await this.verify();
    return await moveToFinalNames(this.params.folder, this.parts, this.signal);
  }

  private async fetch(starts: readonly number[]): Promise<void> {
    const positions = [...starts];
    for (const [index, part] of this.parts.entries()) {
      const onPosition = (position: number): void => {
        positions[index] = position;
        this.report({stage: "download", done: sum(positions), total: this.total});
      };
      await this.dropIfWrong(
        part,
        fetchPart(this.http, part, part.partial, starts[index] ?? 0, this.retryPolicy, onPosition, this.signal)
      );
    }
  }

  private async verify(): Promise<void> {
    let done = 0;
    const onBytes = (bytes: number): void => {
      done += bytes;
      this.report({stage: "verify", done, total: this.total});
    };
    for (const part of this.parts)
      await this.dropIfWrong(part, verify(part.partial, {...part, gguf: this.params.gguf}, onBytes, this.signal));
  }

  /** Deletes a partial file whose content is wrong, so that no later try resumes it. */
  private async dropIfWrong(part: Part, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (error instanceof EngineError && error.kind === "wrongContent") await this.unfinished.drop(part.partial);
      throw error;
    }
  }
}

/** The final names of all parts, derived from the first one's. */
function namesOf({fileName, gguf}: DownloadParams, remote: readonly RemotePart[]): readonly string[] {
  const name = safeFileName(fileName ?? remote[0]?.fileName ?? "");
  if (remote.length > 1) {
    const names = splitNames(name);
    if (names.length === remote.length) return names;
    const stem = name.replace(/\.gguf$/i, "");
    return splitNames(`${stem}-00001-of-${String(remote.length).padStart(5, "0")}.gguf`);
  }
  return [gguf && !/\.gguf$/i.test(name) ? `${name}.gguf` : name];
}

function checksumOf({integrity}: DownloadParams, remote: readonly RemotePart[], {sha256}: RemotePart): Checksum | null {
  if (integrity !== undefined && remote.length === 1) return readIntegrity(integrity);
  return sha256 === null ? null : {algorithm: "sha256", digest: sha256};
}

/** Limits the rate of reports, but always passes the last one of a stage. */
function throttled(onProgress: (progress: Progress) => void): (progress: TransferProgress) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const now = performance.now();
    if (now - last < minReportInterval && progress.done < progress.total) return;
    last = now;
    onProgress(progress);
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function notGguf({host}: URL): EngineError {
  return new EngineError(
    "wrongContent",
    l10n.t("The file at this address of {0} is not a GGUF model: use the address of a .gguf file itself.", host)
  );
}
