import {createHash} from "node:crypto";
import {once} from "node:events";
import {readFileSync} from "node:fs";
import {createServer, type IncomingMessage, type Server, type ServerResponse} from "node:http";
import {createServer as createSecureServer} from "node:https";
import type {AddressInfo, Socket} from "node:net";
import path from "node:path";
import {root} from "./paths";

/** How a file is served. The defaults are those of a good server. */
export interface Served {
  readonly content: Buffer;
  /** Responses to the first requests, instead of the file. */
  readonly refusals?: Refusal[];
  /** Whether ranges are supported. Default: yes. */
  readonly ranges?: boolean;
  /** Connections break after these numbers of bytes. Each entry is used once, in order. */
  readonly breaks?: number[];
  /** Every connection breaks after this many bytes. */
  readonly breaksAlways?: number;
  /** Every connection stalls after this many bytes. */
  readonly stalls?: number;
  /** Content-Length is off by this many bytes. */
  readonly lie?: number;
  /** Bytes to send per 20 ms. */
  readonly pace?: number;
  /**
   * From this byte on, content is sent byte by byte. A test that waits for this progress has enough time to act before
   * the end, however slow the machine is.
   */
  readonly crawls?: Crawl;
  /** Null sends none. Default: derived from the content. */
  readonly etag?: string | null;
  /** Required token. Other requests get status 401. */
  readonly token?: string;
  readonly disposition?: string;
  readonly redirect?: {readonly to: string; readonly status?: number; readonly headers?: Record<string, string>};
  readonly headers?: Record<string, string>;
}

export interface Crawl {
  readonly from: number;
  /** When this resolves, the rest is sent at once. Default: never. */
  readonly until?: Promise<unknown>;
}

export interface Refusal {
  readonly status: number;
  readonly headers?: Record<string, string>;
}

/** A request that the server received. */
export interface Seen {
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
  readonly userAgent: string | undefined;
  /** Number of bytes of content sent. */
  sent: number;
}

/** How a repository's files are served, like at Hugging Face. */
export interface HubOptions {
  /** "user/model". */
  readonly repository: string;
  /** Where the hub redirects requests for content. Default: this server. */
  readonly storage?: ModelServer;
  /** Required token of a gated model. */
  readonly token?: string;
  /** Where the checksum is: in the hub's headers (default), only in its API's response, nowhere, or wrong. */
  readonly checksum?: "header" | "api" | "none" | "wrong";
  /** What a tag means: "Q4_K_M" → a file's name. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** A local file server that can misbehave in many ways. Its base URL ends with a slash. */
export class ModelServer {
  readonly requests: Seen[] = [];
  private readonly files = new Map<string, Served>();
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly scheme: string
  ) {
    server.on("request", (request, response) => void this.answer(request, response));
    server.on("connection", (socket: Socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
      // Broken connections are expected here.
      socket.on("error", () => undefined);
    });
  }

  /** `host` is an address of the loopback network: 127.0.0.2 is another host than 127.0.0.1. */
  static async start(host = "127.0.0.1"): Promise<ModelServer> {
    return await ModelServer.listening(createServer(), "http", host);
  }

  /** Uses an untrusted certificate. */
  static async startSecure(): Promise<ModelServer> {
    const [key, cert] = ["key.pem", "certificate.pem"].map((file) =>
      readFileSync(path.join(root, "test/fixtures/tls", file))
    );
    return await ModelServer.listening(createSecureServer({key, cert}), "https", "127.0.0.1");
  }

  private static async listening(server: Server, scheme: string, host: string): Promise<ModelServer> {
    server.listen(0, host);
    await once(server, "listening");
    return new ModelServer(server, scheme);
  }

  get url(): string {
    const {address, port} = this.server.address() as AddressInfo;
    return `${this.scheme}://${address}:${port}/`;
  }

  /** Total bytes of content sent. */
  get sent(): number {
    return this.requests.reduce((sum, {sent}) => sum + sent, 0);
  }

  /** Adds or replaces a file, and returns its URL. */
  serve(path: string, file: Served | Buffer): string {
    this.files.set(`/${path}`, Buffer.isBuffer(file) ? {content: file} : file);
    return `${this.url}${path}`;
  }

  /** Adds a repository, with the redirects, headers and API responses of Hugging Face. */
  serveHub(files: Readonly<Record<string, Served | Buffer>>, options: HubOptions): void {
    const {repository, storage = this, token, checksum = "header", tags = {}} = options;
    const gate = token === undefined ? {} : {token};
    const siblings = Object.entries(files).map(([name, file]) => {
      const served = Buffer.isBuffer(file) ? {content: file} : file;
      const sha256 = checksum === "wrong" ? "0".repeat(64) : sha256Of(served.content);
      const to = storage.serve(`storage/${sha256Of(Buffer.from(repository + name)).slice(0, 12)}`, served);
      this.serve(`${repository}/resolve/main/${name}`, {
        content: Buffer.alloc(0),
        ...gate,
        redirect: {
          to,
          headers: {
            "x-linked-size": String(served.content.length),
            "x-linked-etag": checksum === "header" || checksum === "wrong" ? `"${sha256}"` : '"no-checksum"'
          }
        }
      });
      return {rfilename: name, ...(checksum === "api" ? {lfs: {sha256, size: served.content.length}} : {})};
    });
    this.serveJson(`api/models/${repository}/revision/main`, {siblings}, gate);
    for (const [tag, name] of Object.entries(tags))
      this.serveJson(`v2/${repository}/manifests/${tag}`, {ggufFile: {rfilename: name}}, gate);
  }

  forget(): void {
    this.requests.length = 0;
  }

  /** Breaks all connections. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, "close");
  }

  private serveJson(path: string, value: unknown, more: Partial<Served>): void {
    this.serve(path, {content: Buffer.from(JSON.stringify(value)), ...more});
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pathname = (request.url ?? "").replace(/\?.*$/s, "");
    const {range, authorization, "user-agent": userAgent} = request.headers;
    const seen: Seen = {path: pathname, range, authorization, userAgent, sent: 0};
    this.requests.push(seen);
    const file = this.files.get(pathname);
    const refusal = file?.refusals?.shift();
    if (file === undefined) return void response.writeHead(404).end();
    if (refusal !== undefined) return void response.writeHead(refusal.status, refusal.headers).end();
    if (file.token !== undefined && authorization !== `Bearer ${file.token}`)
      return void response.writeHead(401, {"x-error-code": "GatedRepo"}).end();
    if (file.redirect !== undefined) {
      const {to, status = 302, headers} = file.redirect;
      return void response.writeHead(status, {location: to, ...headers}).end();
    }
    await sendFile(file, seen, response);
  }
}

async function sendFile(file: Served, seen: Seen, response: ServerResponse): Promise<void> {
  const {content, ranges = true, etag, lie = 0, disposition, headers} = file;
  const claimed = content.length + lie;
  const asked = ranges ? /^bytes=(\d+)-(\d*)$/.exec(seen.range ?? "") : null;
  const from = Number(asked?.[1] ?? 0);
  const to = Math.min(claimed, asked?.[2] ? Number(asked[2]) + 1 : claimed);
  const common = {
    ...(etag === null ? {} : {etag: etag ?? `"${sha256Of(content).slice(0, 16)}"`}),
    ...(ranges ? {"accept-ranges": "bytes"} : {}),
    ...(disposition === undefined ? {} : {"content-disposition": disposition}),
    ...headers
  };
  if (asked !== null && from >= claimed)
    return void response.writeHead(416, {...common, "content-range": `bytes */${claimed}`}).end();
  response.writeHead(asked === null ? 200 : 206, {
    ...common,
    "content-length": to - from,
    ...(asked === null ? {} : {"content-range": `bytes ${from}-${to - 1}/${claimed}`})
  });
  // Only long responses break, not the request for the first bytes.
  const long = to - from > 64;
  const breaksAfter = long ? (file.breaks?.shift() ?? file.breaksAlways) : undefined;
  const limit = Math.min(to, content.length, from + (breaksAfter ?? Number.POSITIVE_INFINITY));
  const end = long && file.stalls !== undefined ? Math.min(limit, from + file.stalls) : limit;
  const crawls = long && file.crawls !== undefined && from < file.crawls.from ? file.crawls : undefined;
  let crawlsFrom = crawls?.from ?? end;
  void crawls?.until?.then(() => {
    crawlsFrom = end;
  });
  for (let position = from; position < end && !response.destroyed; ) {
    const crawling = position >= crawlsFrom;
    const piece = crawling ? 1 : Math.min(file.pace ?? 1 << 18, crawlsFrom - position);
    const bytes = content.subarray(position, Math.min(end, position + piece));
    const ready = response.write(bytes);
    position += bytes.length;
    seen.sent += bytes.length;
    if (crawling || file.pace !== undefined) await new Promise((resolve) => setTimeout(resolve, 20));
    else if (!ready) await roomIn(response);
  }
  if (long && file.stalls !== undefined) return;
  if (end === to) return void response.end();
  // Wait until the written bytes are on their way, so that they do arrive.
  response.write("", () => setTimeout(() => response.destroy(), 20));
}

/** Resolves when more can be written, or when the connection has closed. */
function roomIn(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      response.off("drain", go).off("close", go);
      resolve();
    };
    response.on("drain", go).on("close", go);
  });
}

/** Lower-case hex. */
export function sha256Of(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
