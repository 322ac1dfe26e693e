import * as l10n from "@vscode/l10n";
import * as v from "valibot";
import {EngineError} from "../../contract/errors";
import {splitNames} from "../../gguf/splits";
import {parsed} from "../../text/guard";
import {encodedPath, type HubFile, hubUrl, readAddress} from "./address";
import {dispositionName, safeFileName} from "./fileName";
import {type Answer, discard, type Http, header, wholeNumber} from "./http";
import {type RetryPolicy, retry} from "./retryPolicy";

/** A file as its server describes it. Only its first bytes were fetched. */
export interface RemotePart {
  readonly url: URL;
  /** Safe to use as a name in a folder. */
  readonly fileName: string;
  readonly bytes: number;
  /** The server answers range requests. */
  readonly ranges: boolean;
  /** Lower-case hex; null if the server doesn't say. */
  readonly sha256: string | null;
  /** Changes with the content; null if the server gives none. */
  readonly validator: string | null;
  /** It begins like a GGUF file. */
  readonly gguf: boolean;
}

const magic = "GGUF";

/** Responses of a hub's API. */
const taggedManifest = v.object({ggufFile: v.object({rfilename: v.string()})});
const repositoryFiles = v.object({siblings: v.array(v.unknown())});
const fileWithChecksum = v.object({
  rfilename: v.string(),
  lfs: v.object({sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))})
});

/** Maximum bytes of a hub's API response; real ones are far smaller. */
const maxJson = 8 << 20;

/** Describes what an address means: one file, or all parts of a split model. */
export async function describeParts(
  http: Http,
  uri: string,
  hub: string,
  retryPolicy: RetryPolicy,
  signal: AbortSignal
): Promise<readonly [RemotePart, ...RemotePart[]]> {
  const fewRetries: RetryPolicy = {...retryPolicy, delays: retryPolicy.delays.slice(0, 2)};
  const withRetries = <T>(attempt: () => Promise<T>): Promise<T> => retry(fewRetries, signal, attempt);
  const address = readAddress(uri, hub);
  if (address.type === "url") {
    const [first, ...rest] = partUrls(address.url);
    const start = await withRetries(() => describeFile(http, first, null, signal));
    return [start, ...(await mapInOrder(rest, (url) => withRetries(() => describeFile(http, url, null, signal))))];
  }
  const file =
    address.type === "hubFile" ? address.file : await withRetries(() => taggedFile(http, hub, address, signal));
  const [path = file.path, ...paths] = splitNames(file.path);
  const lookAtPath = (one: string): Promise<RemotePart> =>
    withRetries(() => describeFile(http, hubUrl(hub, {...file, path: one}), one, signal));
  const start = await lookAtPath(path);
  const parts: [RemotePart, ...RemotePart[]] = [start, ...(await mapInOrder(paths, lookAtPath))];
  if (parts.every((part) => part.sha256 !== null)) return parts;
  const known = await checksums(http, hub, file, signal);
  const withChecksum = (part: RemotePart): RemotePart =>
    known(part.url).sha256 === null || part.sha256 !== null ? part : {...part, ...known(part.url)};
  return [withChecksum(start), ...parts.slice(1).map(withChecksum)];
}

async function mapInOrder<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

/** The URLs of all parts of a split model, given any one of them. */
function partUrls(url: URL): [URL, ...URL[]] {
  const [first, ...rest] = splitNames(url.pathname).map((pathname) => Object.assign(new URL(url), {pathname}));
  return [first ?? url, ...rest];
}

/**
 * Requests the first bytes. Unlike HEAD, this works for signed addresses too, and shows whether the server supports
 * ranges.
 */
async function describeFile(http: Http, url: URL, hubPath: string | null, signal: AbortSignal): Promise<RemotePart> {
  const answer = await http.get(url, {signal, range: [0, magic.length - 1]});
  const {headers, linked} = answer;
  const range = rangeOf(answer);
  const bytes = answer.status === 200 ? wholeNumber(header(headers, "content-length")) : (range?.total ?? null);
  const start = await firstBytes(answer.body, magic.length);
  if (bytes === null)
    throw new EngineError(
      "serverFailed",
      l10n.t("{0} does not say how large the file is: use another address.", url.host)
    );
  if (bytes === 0 || (linked.bytes !== null && linked.bytes !== bytes))
    throw new EngineError(
      "wrongContent",
      l10n.t("{0} has another file at this address than it says: try again later, or use another address.", url.host)
    );
  const named = hubPath ?? dispositionName(header(headers, "content-disposition")) ?? lastStep(url);
  return {
    url,
    fileName: safeFileName(named),
    bytes,
    ranges: answer.status === 206,
    sha256: linked.sha256,
    validator: validatorOf(answer),
    gguf: start.toString("latin1") === magic
  };
}

/**
 * A value that changes with the content. A hub's checksum comes first: the ETags of its storage differ from machine to
 * machine.
 */
export function validatorOf({headers, linked}: Answer): string | null {
  return linked.sha256 ?? header(headers, "etag") ?? header(headers, "last-modified") ?? null;
}

/** The range of bytes in a response with status 206, and their total. With status 416 there is no range. */
export function rangeOf({headers}: Answer): {readonly start: number | null; readonly total: number | null} | null {
  const [match, start, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(header(headers, "content-range") ?? "") ?? [];
  return match === undefined ? null : {start: wholeNumber(start), total: wholeNumber(total)};
}

async function firstBytes(body: Answer["body"], count: number): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  try {
    for await (const piece of body) {
      bytes = Buffer.concat([bytes, piece as Buffer]);
      if (bytes.length >= count) break;
    }
  } catch {
    // The bytes so far are enough here; the download notices a server that ends early.
  }
  return bytes.subarray(0, count);
}

function lastStep({pathname}: URL): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

/** Asks a hub which of a model's files a tag means. The hub names a GGUF file only if the user agent is llama-cpp. */
async function taggedFile(
  http: Http,
  hub: string,
  {repository, tag}: {readonly repository: string; readonly tag: string},
  signal: AbortSignal
): Promise<HubFile> {
  const url = new URL(`v2/${repository}/manifests/${encodeURIComponent(tag)}`, hub);
  const manifest = parsed(taggedManifest, await json(http, url, signal));
  if (manifest === null)
    throw new EngineError(
      "notFound",
      l10n.t("{0} has no GGUF file for this: name a file, as in hf:user/model/file.gguf.", url.host)
    );
  const address = readAddress(`hf:${repository}/${manifest.ggufFile.rfilename}`, hub);
  if (address.type !== "hubFile")
    throw new EngineError("serverFailed", l10n.t("{0} gives an answer that can't be read: try again later.", url.host));
  return address.file;
}

/** The checksums of a repository's files from the hub's API; none if it doesn't answer. */
async function checksums(
  http: Http,
  hub: string,
  {repository, revision}: HubFile,
  signal: AbortSignal
): Promise<(url: URL) => {readonly sha256: string | null}> {
  const known = new Map<string, string>();
  try {
    const url = new URL(`api/models/${repository}/revision/${encodeURIComponent(revision)}?blobs=true`, hub);
    const answer = parsed(repositoryFiles, await json(http, url, signal));
    for (const sibling of answer?.siblings ?? []) {
      const file = parsed(fileWithChecksum, sibling);
      if (file !== null) known.set(`/${encodedPath(file.rfilename)}`, file.lfs.sha256);
    }
  } catch {
    // Some mirrors don't have this API: their files are checked by size.
    signal.throwIfAborted();
  }
  const prefix = `${repository}/resolve/${encodeURIComponent(revision)}`;
  return ({pathname}) => ({
    sha256: known.get(pathname.slice(pathname.indexOf(prefix) + prefix.length)) ?? null
  });
}

async function json(http: Http, url: URL, signal: AbortSignal): Promise<unknown> {
  const {body} = await http.get(url, {signal, userAgent: "llama-cpp"});
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of body) {
      pieces.push(piece as Buffer);
      bytes += (piece as Buffer).length;
      if (bytes > maxJson) throw new RangeError("too long");
    }
    return JSON.parse(Buffer.concat(pieces).toString("utf8"));
  } catch {
    signal.throwIfAborted();
    await discard(body);
    throw new EngineError("serverFailed", l10n.t("{0} gives an answer that can't be read: try again later.", url.host));
  }
}
