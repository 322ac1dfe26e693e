import {execFileSync} from "node:child_process";
import {readFileSync} from "node:fs";
import path from "node:path";

/** An action of a process on something outside itself. */
export interface Deed {
  /** Id of the thread. */
  readonly thread: number;
  /** Seconds since 1970. */
  readonly time: number;
  readonly does: "reads" | "writes" | "contacts" | "starts";
  /**
   * The absolute path of a file or program, or the address of a connection: `127.0.0.1:80`, `[::1]:80`, a socket's
   * path.
   */
  readonly what: string;
}

/** A process or a thread, and its parent. */
export interface Started {
  readonly parent: number | undefined;
  /** Command lines, the latest last. If empty, the parent's apply. */
  readonly commands: readonly string[];
}

export interface Recording {
  readonly deeds: readonly Deed[];
  readonly processes: ReadonlyMap<number, Started>;
}

const reading = ["open", "openat", "openat2"];
const changing = [
  ...["creat", "unlink", "unlinkat", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "rmdir", "truncate"],
  ...["link", "linkat", "symlink", "symlinkat", "mknod", "mknodat", "chmod", "fchmodat", "chown", "fchownat"]
];
const contacting = ["connect", "sendto", "sendmsg", "sendmmsg", "bind"];
const starting = ["execve", "execveat"];
const forking = ["fork", "vfork", "clone", "clone3"];

/** Prefix of a command that records it: strace, which stops the processes only at these calls. */
export function recordingCommand(file: string): string[] {
  const calls = [...reading, ...changing, ...contacting, ...starting, ...forking].map((call) => `?${call}`).join(",");
  return [
    "strace",
    "-f",
    "--seccomp-bpf",
    "-qq",
    "-ttt",
    "-y",
    "-s",
    "400",
    "-e",
    "signal=none",
    "-e",
    calls,
    "-o",
    file
  ];
}

/** Why recording is impossible here; undefined if it is possible. */
export function cannotRecord(): string | undefined {
  if (process.platform !== "linux") return "strace is for Linux";
  try {
    execFileSync("strace", ["-f", "-o", "/dev/null", "true"], {stdio: "ignore"});
    return undefined;
  } catch {
    return "strace is not installed (node scripts/setup.mjs test), or may not trace here";
  }
}

/**
 * Skips a test if recording is impossible. In CI, where all is set up, the test fails instead: a skip would look like
 * success.
 */
export function skipUnlessRecording(test: {skip(): void}): void {
  const reason = cannotRecord();
  if (reason === undefined) return;
  if (process.env["CI"]) throw new Error(`Nothing can be recorded: ${reason}.`);
  process.stdout.write(`      not recorded: ${reason}\n`);
  test.skip();
}

/** Parses strace's output, in which an interrupted call takes two lines. */
export function readRecording(file: string): Recording {
  const deeds: Deed[] = [];
  const processes = new Map<number, {parent: number | undefined; commands: string[]}>();
  const unfinished = new Map<number, string>();
  const known = (thread: number): {parent: number | undefined; commands: string[]} => {
    const one = processes.get(thread) ?? {parent: undefined, commands: []};
    processes.set(thread, one);
    return one;
  };
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const [, id, seconds, rest] = /^(\d+) +([\d.]+) (.*)$/s.exec(line) ?? [];
    if (id === undefined || rest === undefined) continue;
    const thread = Number(id);
    if (rest.endsWith("<unfinished ...>")) {
      unfinished.set(thread, rest.slice(0, -"<unfinished ...>".length));
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/s.exec(rest)?.[1];
    const call = resumed === undefined ? rest : (unfinished.get(thread) ?? "") + resumed;
    const [, name = "", parameters = "", result = ""] = /^(\w+)\((.*)\) += (-?\w+|\?)/s.exec(call) ?? [];
    known(thread);
    if (forking.includes(name)) {
      const child = Number(result);
      if (child > 0) known(child).parent = thread;
      continue;
    }
    if (starting.includes(name) && result === "0") known(thread).commands.push(parameters);
    for (const deed of deedsOf(name, parameters, result)) deeds.push({...deed, thread, time: Number(seconds)});
  }
  return {deeds, processes};
}

/** Whether an action counts. A failed one counts if it would have changed or contacted something. */
function deedsOf(name: string, parameters: string, result: string): Pick<Deed, "does" | "what">[] {
  if (starting.includes(name))
    return result === "0"
      ? files(parameters)
          .slice(0, 1)
          .map((what) => ({does: "starts", what}))
      : [];
  if (contacting.includes(name)) {
    const what = address(parameters);
    return what === undefined ? [] : [{does: "contacts", what}];
  }
  if (changing.includes(name)) return files(parameters).map((what) => ({does: "writes", what}));
  if (!reading.includes(name)) return [];
  if (/O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/.test(parameters))
    return files(parameters).map((what) => ({does: "writes", what}));
  // Nothing was read if the file does not exist.
  return result.startsWith("-") ? [] : files(parameters).map((what) => ({does: "reads", what}));
}

/** The files in a call's parameters: `AT_FDCWD</folder>, "name"`, `3</folder>, "name"` or `"name"`. */
function files(parameters: string): string[] {
  return Array.from(
    parameters.matchAll(/(?:(?:AT_FDCWD|\d+)<((?:[^>\\]|\\.)*)>, )?"((?:[^"\\]|\\.)*)"/g),
    ([, folder = "/", name = ""]) => path.resolve(unescaped(folder), unescaped(name))
  );
}

function address(parameters: string): string | undefined {
  const port = /sin6?_port=htons\((\d+)\)/.exec(parameters)?.[1];
  const four = /inet_addr\("([^"]*)"\)/.exec(parameters)?.[1];
  if (four !== undefined) return `${four}:${port}`;
  const six = /inet_pton\(AF_INET6, "([^"]*)"/.exec(parameters)?.[1];
  if (six !== undefined) return `[${six}]:${port}`;
  return /sun_path=@?"([^"]*)"/.exec(parameters)?.[1];
}

/** Decodes a string. strace writes bytes other than ASCII in octal. */
function unescaped(text: string): string {
  const bytes = text.replace(/\\(\d{1,3}|.)/g, (_, escaped: string) =>
    /^\d/.test(escaped) ? String.fromCharCode(Number.parseInt(escaped, 8)) : escaped
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** The command line of a thread's process; "" if it is older than the recording. */
export function commandOf({processes}: Recording, thread: number): string {
  for (let id: number | undefined = thread; id !== undefined; id = processes.get(id)?.parent) {
    const command = processes.get(id)?.commands.at(-1);
    if (command !== undefined) return command;
  }
  return "";
}

/** The process of a thread: the last ancestor that executed a program. */
export function processOf({processes}: Recording, thread: number): number {
  let id = thread;
  for (let one = processes.get(id); one?.commands.length === 0 && one.parent !== undefined; one = processes.get(id))
    id = one.parent;
  return id;
}

/** The actions of processes with such command lines. Starting a process is an action of its parent. */
export function deedsOfProcesses(recording: Recording, isMeant: (command: string) => boolean): Deed[] {
  return recording.deeds.filter(({does, thread}) => {
    const actor = does === "starts" ? recording.processes.get(thread)?.parent : thread;
    return actor !== undefined && isMeant(commandOf(recording, actor));
  });
}
