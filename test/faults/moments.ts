import {existsSync, readdirSync, readFileSync} from "node:fs";
import path from "node:path";
import {setTimeout} from "node:timers/promises";
import type {Progress} from "../../src/contract/progress";
import type {EngineMethod, EngineRequests} from "../../src/contract/requests";
import type {DownloadParams} from "../../src/contract/transfer";
import type {EngineClient} from "../../src/host/engine/engineClient";
import {demonstration, isUnpacked, modelFile, type Role, type Site} from "./site";

/** What the engine does when a fault comes. */
export interface Moment {
  readonly name: string;
  readonly role: Role;
  /** The process does not run yet, so that it can only fail at its start. */
  readonly atStart?: true;
  /** Brings a client to this moment. */
  reach(site: Site, client: EngineClient): Promise<Reached>;
}

export interface Reached {
  /** The pending request; resolves with whether its answer is right. Undefined if there is none. */
  readonly running: Promise<boolean> | undefined;
  /** Sends the next request; resolves with whether its answer is right. */
  next(): Promise<boolean>;
  /** Whether a file or folder is half-written under its final name. */
  readonly halfWritten?: () => boolean;
}

const line = "def add(a, b):\n    return a + b\n\n";

export const moments: readonly Moment[] = [
  {
    name: "starting",
    role: "engine",
    atStart: true,
    async reach(site, client) {
      client.restart();
      const running = awaitedLater(site.score(client));
      await setTimeout(site.random.fraction() * 100);
      return {running, next: () => site.score(client)};
    }
  },
  {
    name: "loading",
    role: "engine",
    async reach(site, client) {
      client.restart();
      const text = line.repeat(10);
      const reached = await during(site, client, "score", {model: demonstration, text}, ({stage}) => stage === "load");
      return {...reached, next: () => site.score(client)};
    }
  },
  {
    name: "tokenizing",
    role: "engine",
    async reach(site, client) {
      await site.score(client);
      const text = "word ".repeat(400_000);
      const running = awaitedLater(
        site
          .ask(client, "tokenize", {model: demonstration, text})
          .then(({ids, ends}) => ids.length > 400_000 && ends?.at(-1) === text.length)
      );
      await setTimeout(site.random.fraction() * 300);
      return {running, next: () => site.score(client)};
    }
  },
  {
    name: "scoring",
    role: "engine",
    async reach(site, client) {
      await site.score(client);
      const text = line.repeat(400);
      const after = site.random.below(5);
      let seen = 0;
      const params = {model: demonstration, text};
      const reached = await during(site, client, "score", params, ({stage}) => stage === "score" && seen++ >= after);
      return {...reached, next: () => site.score(client)};
    }
  },
  {
    name: "completing",
    role: "engine",
    async reach(site, client) {
      await site.score(client);
      // The demonstration model repeats this line until it is stopped.
      const endless = {prefix: "const a = [", suffix: "", maxTokens: 900, extent: "unlimited"} as const;
      const running = awaitedLater(
        site
          .ask(client, "complete", {model: demonstration, ...endless})
          .then(({ids, stop}) => ids.length > 100 && stop !== "end")
      );
      await setTimeout(site.random.fraction() * 400);
      return {running, next: () => site.score(client)};
    }
  },
  {
    name: "downloading",
    role: "transfers",
    async reach(site, client) {
      const uri = site.server.serve("model.gguf", {content: modelFile, pace: 1 << 19});
      const folder = site.folder("download");
      const network = {proxy: null, strictSSL: true, huggingFace: site.server.url, token: null};
      const params: DownloadParams = {uri, folder, gguf: true, network};
      const target = path.join(folder, "model.gguf");
      const isWhole = (): boolean => readFileSync(target).equals(modelFile);
      // The last part of the time is spent on verifying.
      const until = site.random.fraction() * 1.1;
      const reached = await during(
        site,
        client,
        "download",
        params,
        (progress) =>
          progress.stage === "verify" || (progress.stage === "download" && progress.done / progress.total >= until),
        isWhole
      );
      const next = async (): Promise<boolean> => {
        site.server.serve("model.gguf", modelFile);
        await site.ask(client, "download", params);
        return isWhole() && readdirSync(folder).length === 1;
      };
      return {...reached, next, halfWritten: () => existsSync(target) && !isWhole()};
    }
  },
  {
    name: "unpacking",
    role: "transfers",
    async reach(site, client) {
      const home = site.folder("unpack");
      const folder = path.join(home, "1.0.0");
      const {file, packages} = site.tarball;
      const params = {files: [file], packages, folder};
      const until = site.random.fraction();
      const reached = await during(
        site,
        client,
        "unpack",
        params,
        (progress) => progress.stage === "unpack" && progress.done / progress.total >= until,
        () => isUnpacked(folder)
      );
      const next = async (): Promise<boolean> => {
        await site.ask(client, "unpack", params);
        return isUnpacked(folder) && readdirSync(home).length === 1;
      };
      return {...reached, next, halfWritten: () => existsSync(folder) && !isUnpacked(folder)};
    }
  },
  {
    name: "idle",
    role: "engine",
    async reach(site, client) {
      await site.score(client);
      return {running: undefined, next: () => site.score(client)};
    }
  }
];

/** Sends a request and waits for the first progress that is far enough, or for the end. */
async function during<M extends EngineMethod>(
  site: Site,
  client: EngineClient,
  method: M,
  params: EngineRequests[M]["params"],
  isFarEnough: (progress: Progress) => boolean,
  isRight: () => boolean = () => true
): Promise<{readonly running: Promise<boolean>}> {
  let reach = (): void => undefined;
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const onProgress = (progress: Progress): void => {
    if (isFarEnough(progress)) reach();
  };
  const running = awaitedLater(site.ask(client, method, params, {onProgress}).then(isRight));
  await Promise.race([reached, running.catch(() => undefined)]);
  return {running};
}

/** A promise that may reject before it is awaited. */
function awaitedLater<T>(answer: Promise<T>): Promise<T> {
  answer.catch(() => undefined);
  return answer;
}
