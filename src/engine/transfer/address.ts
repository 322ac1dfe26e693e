import * as l10n from "@vscode/l10n";
import {EngineError} from "../../contract/errors";

/** A file of a repository at Hugging Face or a mirror of it. */
export interface HubFile {
  /** "user/model". */
  readonly repository: string;
  readonly revision: string;
  /** With slashes, not encoded. */
  readonly path: string;
}

/** What an address means: a file at a hub, a file that the hub finds by a tag ("Q4_K_M", "latest"), or a URL. */
export type Address =
  | {readonly type: "hubFile"; readonly file: HubFile}
  | {readonly type: "hubTag"; readonly repository: string; readonly tag: string}
  | {readonly type: "url"; readonly url: URL};

const hubScheme = /^(?:hf|huggingface):(?:\/\/)?/i;
const hubHosts = new Set(["huggingface.co", "www.huggingface.co", "hf.co"]);
const component = /^[\w.-]+$/;

/**
 * Parses an address that a person wrote or pasted: `hf:user/model/file.gguf#revision`, `hf:user/model:Q4_K_M`, the page
 * of a model or file at Hugging Face or at `hub` (a mirror), or any other http(s) URL.
 *
 * @throws EngineError badAddress
 */
export function readAddress(uri: string, hub: string): Address {
  const written = uri.trim();
  if (hubScheme.test(written)) return hubAddress(written.replace(hubScheme, ""));
  const url = readUrl(/^(?:huggingface|hf)\.co\//i.test(written) ? `https://${written}` : written);
  return pageAddress(url, hub) ?? {type: "url", url};
}

/** The URL of a file at a hub. */
export function hubUrl(hub: string, {repository, revision, path}: HubFile): URL {
  return new URL(`${repository}/resolve/${encodeURIComponent(revision)}/${encodedPath(path)}`, hub);
}

export function encodedPath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

function readUrl(written: string): URL {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || url.hostname === "")
    throw badAddress(
      l10n.t("This is not the address of a model: enter a URL that begins with https://, or hf:user/model/file.gguf.")
    );
  if (url.username !== "" || url.password !== "")
    throw badAddress(
      l10n.t("An address must have no user name or password in it: leave them out, and set an access token instead.")
    );
  return url;
}

/** `user/model`, `user/model:tag` or `user/model/path#revision`. */
function hubAddress(rest: string): Address {
  const [user = "", model = "", ...path] = rest.split("/");
  if (path.length === 0) {
    const [name = "", tag = ""] = model.split(":");
    return {type: "hubTag", repository: repositoryOf(user, name), tag: tag.trim() || "latest"};
  }
  const file = path.join("/");
  const hash = file.indexOf("#");
  return hubFile(user, model, hash < 0 ? "" : file.slice(hash + 1), hash < 0 ? file : file.slice(0, hash));
}

/** The model or file that a page of the hub shows. Null for another host, and for a page that shows neither. */
function pageAddress(url: URL, hub: string): Address | null {
  const base = new URL(hub);
  const there = url.origin === base.origin && url.pathname.startsWith(base.pathname);
  if (!there && !hubHosts.has(url.host)) return null;
  const [user = "", model = "", kind = "", revision = "", ...path] = url.pathname
    .slice(there ? base.pathname.length : 1)
    .split("/")
    .map(decoded);
  // A mirror may also serve files at its root.
  if (user !== "" && model !== "" && kind === "" && !/\.gguf$/i.test(model))
    return {type: "hubTag", repository: repositoryOf(user, model), tag: "latest"};
  if (!["resolve", "blob", "raw"].includes(kind)) return null;
  return hubFile(user, model, revision, path.join("/"));
}

function hubFile(user: string, model: string, revision: string, path: string): Address {
  const steps = path.split("/");
  if (path === "" || steps.some((step) => step === "" || step === "." || step === "..")) throw noHubAddress();
  return {type: "hubFile", file: {repository: repositoryOf(user, model), revision: revision || "main", path}};
}

function repositoryOf(user: string, model: string): string {
  const plain = (name: string): boolean => component.test(name) && !/^\.+$/.test(name);
  if (!plain(user) || !plain(model)) throw noHubAddress();
  return `${user}/${model}`;
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    throw noHubAddress();
  }
}

function noHubAddress(): EngineError {
  return badAddress(
    l10n.t(
      "This is not a model at Hugging Face: write hf:user/model/file.gguf, or hf:user/model:Q4_K_M for one of its quantizations."
    )
  );
}

function badAddress(message: string): EngineError {
  return new EngineError("badAddress", message);
}
