import {isIP} from "node:net";
import * as l10n from "@vscode/l10n";
import type {Dispatcher} from "undici";
import {EngineError} from "../../contract/errors";
import type {Network} from "../../contract/transfer";
import {type RetryPolicy, TransientError} from "./retryPolicy";

/** A response with content. Its status is 200 or 206, or 416 if a range was requested. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Dispatcher.ResponseData["body"];
  /** What the hub said about the file before it redirected us to its storage. */
  readonly linked: Linked;
}

export interface Linked {
  /** Lower-case hex. */
  readonly sha256: string | null;
  readonly bytes: number | null;
}

export interface GetOptions {
  readonly signal: AbortSignal;
  /** First and last byte. */
  readonly range?: readonly [number, number];
  readonly userAgent?: string;
}

const maxRedirects = 10;
const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * Sends requests through the user's proxy, follows redirects, and turns failures into sentences. Redirects are followed
 * here and not by undici: never from https to http, and the access token is sent to the hub alone.
 */
export class Http {
  private constructor(
    private readonly network: Network,
    private readonly dispatcher: Dispatcher,
    private readonly request: typeof import("undici").request
  ) {}

  static async open(network: Network, {stallTimeout: stall}: RetryPolicy): Promise<Http> {
    // Loaded with the first transfer: an engine that only runs models does not need it.
    const {Agent, EnvHttpProxyAgent, request} = await import("undici");
    if (!URL.canParse(network.huggingFace))
      throw new EngineError(
        "badMirror",
        l10n.t("The address of the mirror can't be read: correct the setting tokenscope.huggingFaceEndpoint.")
      );
    const tls = {rejectUnauthorized: network.strictSSL};
    const options = {connect: {...tls, timeout: stall}, headersTimeout: stall, bodyTimeout: stall};
    const proxied = network.proxy !== null || proxyVariables.some((name) => process.env[name]);
    const tlsOptions = {requestTls: {...tls, timeout: stall}, proxyTls: {...tls, timeout: stall}};
    const proxies = network.proxy === null ? {} : {httpProxy: network.proxy, httpsProxy: network.proxy};
    const proxyOptions = {...options, ...tlsOptions, ...proxies};
    let dispatcher: Dispatcher;
    try {
      dispatcher = proxied ? new EnvHttpProxyAgent(proxyOptions) : new Agent(options);
    } catch {
      throw new EngineError("badProxy", l10n.t("The proxy's address can't be read: correct the setting http.proxy."));
    }
    return new Http(network, dispatcher, request);
  }

  /** Closes every connection, also those in use. */
  async close(): Promise<void> {
    await this.dispatcher.destroy();
  }

  /** Requests a URL. The caller must read the body or discard it. */
  async get(start: URL, {signal, range, userAgent = "tokenscope"}: GetOptions): Promise<Answer> {
    let url = start;
    let linked: Linked = {sha256: null, bytes: null};
    for (let hop = 0; hop <= maxRedirects; hop++) {
      const authorized = this.isTokenAllowed(url);
      const answer = await this.send(url, signal, {
        "accept-encoding": "identity",
        "user-agent": userAgent,
        ...(range === undefined ? {} : {range: `bytes=${range[0]}-${range[1]}`}),
        ...(authorized ? {authorization: `Bearer ${this.network.token}`} : {})
      });
      linked = this.isHub(url) ? linkedOf(answer.headers, linked) : linked;
      const {statusCode: status, headers, body} = answer;
      if (status === 200 || status === 206 || (status === 416 && range !== undefined))
        return {status, headers, body, linked};
      // An unread body would keep its connection open.
      await discard(body);
      if (!redirects.has(status)) throw httpError(status, headers, url, this.isHub(url), authorized);
      url = nextUrl(url, headers["location"]);
    }
    throw new EngineError(
      "serverFailed",
      l10n.t("{0} sends requests in a circle: try again later, or use another address.", start.host)
    );
  }

  isHub(url: URL): boolean {
    return url.origin === new URL(this.network.huggingFace).origin;
  }

  /** The token is sent to the hub's own origin only, and never unencrypted over a network. */
  private isTokenAllowed(url: URL): boolean {
    return this.network.token !== null && this.isHub(url) && (url.protocol === "https:" || isLoopback(url.hostname));
  }

  private async send(url: URL, signal: AbortSignal, headers: Record<string, string>): Promise<Dispatcher.ResponseData> {
    try {
      return await this.request(url, {dispatcher: this.dispatcher, signal, headers});
    } catch (error) {
      signal.throwIfAborted();
      throw connectionFailure(error, url);
    }
  }
}

const proxyVariables = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"];

/** The first value of a header. */
export function header(headers: Answer["headers"], name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Discards a body. If it is long, its connection is closed. */
export async function discard(body: Answer["body"]): Promise<void> {
  await body.dump({limit: 1 << 14}).catch(() => undefined);
}

/** The error for a connection that could not be made, or that broke. */
export function connectionFailure(error: unknown, url: URL): EngineError {
  if (error instanceof EngineError) return error;
  const {code = "", message = ""} = (error as {code?: string; message?: string} | null) ?? {};
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER/.test(code))
    return new EngineError(
      "connectionLost",
      l10n.t(
        "The certificate of {0} is not trusted ({1}): name your network's certificate in NODE_EXTRA_CA_CERTS, or check the proxy's settings.",
        url.host,
        code
      )
    );
  if (/Proxy response|HTTP Tunneling/.test(message))
    return new EngineError(
      "connectionLost",
      l10n.t(
        "The proxy lets nothing through to {0}: check the setting http.proxy, with user name and password.",
        url.host
      )
    );
  return new TransientError(
    "connectionLost",
    l10n.t(
      "The connection to {0} failed ({1}): check the network and the proxy, then try again.",
      url.host,
      /^[A-Z0-9_]+$/.test(code) ? code : l10n.t("no reason given")
    )
  );
}

function linkedOf(headers: Answer["headers"], before: Linked): Linked {
  const [sha256 = null] = /^[0-9a-f]{64}$/.exec((header(headers, "x-linked-etag") ?? "").replace(/^W\/|"/g, "")) ?? [];
  const bytes = wholeNumber(header(headers, "x-linked-size"));
  return {sha256: sha256 ?? before.sha256, bytes: bytes ?? before.bytes};
}

/** A whole number in a header, such as a number of bytes. */
export function wholeNumber(text: string | undefined): number | null {
  const value = /^\d{1,16}$/.test(text ?? "") ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : null;
}

function nextUrl(from: URL, location: string | string[] | undefined): URL {
  const target =
    typeof location === "string" && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (target === undefined || !["http:", "https:"].includes(target.protocol))
    throw new EngineError(
      "serverFailed",
      l10n.t("{0} sends us on to an address that can't be read: use another address.", from.host)
    );
  if (from.protocol === "https:" && target.protocol === "http:")
    throw new EngineError(
      "badAddress",
      l10n.t(
        "{0} sends us on to an address without encryption ({1}), which is refused: use another address.",
        from.host,
        target.host
      )
    );
  target.username = "";
  target.password = "";
  return target;
}

function httpError(
  status: number,
  headers: Answer["headers"],
  {host}: URL,
  hub: boolean,
  authorized: boolean
): EngineError {
  const reason = header(headers, "x-error-code") ?? "";
  if (status === 404 || status === 410 || (hub && /^(Repo|Entry|Revision)NotFound$/.test(reason)))
    return new EngineError(
      "notFound",
      hub && status === 401
        ? l10n.t("There is no such model at {0}, or it is private: check the address, or set an access token.", host)
        : l10n.t("There is no such file at {0}: check the address, or choose another model.", host)
    );
  if (status === 401 || status === 403)
    return new EngineError("accessDenied", accessDeniedMessage(status, host, hub, authorized));
  if (status === 429) {
    const pause = retryAfterOf(headers);
    return new TransientError(
      "rateLimited",
      pause === null
        ? l10n.t("{0} got too many requests: wait some minutes, then try again.", host)
        : l10n.t("{0} got too many requests: wait {1} seconds, then try again.", host, Math.ceil(pause / 1000)),
      pause
    );
  }
  if (status === 408 || status >= 500)
    return new TransientError(
      "serverFailed",
      l10n.t("{0} has a problem ({1}): try again later.", host, status),
      retryAfterOf(headers)
    );
  return new EngineError("serverFailed", l10n.t("{0} refuses the request ({1}): use another address.", host, status));
}

function accessDeniedMessage(status: number, host: string, hub: boolean, authorized: boolean): string {
  if (!hub) return l10n.t("{0} does not allow access to this file ({1}): use another address.", host, status);
  return authorized
    ? l10n.t(
        "{0} refuses this model to your access token ({1}): ask for access on the model's page, or set another token.",
        host,
        status
      )
    : l10n.t(
        "{0} gives this model only with an access token ({1}): ask for access on its page, then set a token.",
        host,
        status
      );
}

/** The delay that Retry-After asks for (ms), given as seconds or as a date. */
function retryAfterOf(headers: Answer["headers"]): number | null {
  const text = header(headers, "retry-after");
  if (text === undefined) return null;
  const seconds = wholeNumber(text);
  const pause = seconds === null ? Date.parse(text) - Date.now() : seconds * 1000;
  return Number.isFinite(pause) ? Math.max(0, pause) : null;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || (isIP(hostname) === 4 && hostname.startsWith("127."));
}
