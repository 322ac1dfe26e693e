// Runs one suite: its programs, their output (into a file), the events of its tests, and the numbers for people.
import {spawn} from "node:child_process";
import {closeSync, openSync, readFileSync, statSync, writeFileSync} from "node:fs";
import path from "node:path";

const minute = 60_000;

export class SuiteRun {
  passed = 0;
  /** @type {{test: string, error: string}[]} */
  failures = [];
  /** Titles of tests that failed at first. */
  retried = [];
  skipped = [];
  seconds = 0;
  #checks = 0;

  /**
   * A program counts as hung after `hangs` minutes without an event or output. There is no limit on a whole suite,
   * because a slow machine is no fault. `grace` is the time to end after SIGTERM, in seconds.
   */
  constructor(name, folder, {hangs = 15, grace = 30} = {}) {
    this.name = name;
    this.hangs = hangs;
    this.grace = grace;
    /** The file of test events, one JSON document per line (test/harness/runMocha.ts). */
    this.events = path.join(folder, `${name}.jsonl`);
    /** The file for all output of the programs, such as VS Code's own. */
    this.log = path.join(folder, `${name}.log`);
    for (const file of [this.events, this.log]) writeFileSync(file, "");
  }

  /**
   * Runs the suite. A suite that can't run, ends early or runs nothing counts as a failure: silence must not look like
   * success.
   */
  async run(work) {
    const started = Date.now();
    const problem = await work().then(
      () => undefined,
      (error) => error.message
    );
    this.seconds = Math.round((Date.now() - started) / 1000);
    const {began, ended} = this.look();
    if (began !== undefined && !ended) this.#fail(`${problem ?? "It ended early"}. The last test that began: ${began}`);
    // Failed tests make their program fail, and are already counted.
    else if (problem !== undefined && this.failures.length === 0) this.#fail(problem);
    else if (problem === undefined && this.passed + this.failures.length === 0) this.#fail("No test ran");
  }

  #fail(problem) {
    const printed = readFileSync(this.log, "utf8").trimEnd().split("\n").slice(-30).join("\n");
    this.failures.push({test: "the suite as a whole", error: `${problem}. What was printed last:\n${printed}`});
  }

  /** Counts the events so far. Returns the title of the last test that began, and whether the run ended. */
  look() {
    const events = readFileSync(this.events, "utf8").split("\n").slice(0, -1).map(parsed);
    const titles = (what) => events.filter((one) => one.what === what).map(({file, test}) => `${file}: ${test}`);
    this.passed = this.#checks + titles("passed").length;
    this.failures = events
      .filter(({what}) => what === "failed")
      .map(({file, test, error}) => ({test: `${file}: ${test}`, error}));
    this.skipped = titles("skipped");
    this.retried = titles("retried");
    return {began: titles("began").at(-1), ended: events.at(-1)?.what === "ended"};
  }

  /** Runs a program that counts as one test, which passes if the program succeeds. */
  async check(script, args = []) {
    await this.node(script, args);
    this.#checks++;
  }

  /** Runs one of our programs, by its path from the current folder. Throws if it fails or hangs. */
  async node(script, args = [], env = {}) {
    const log = openSync(this.log, "a");
    // Its own process group, so that a hung program is ended with its child processes.
    const child = spawn(process.execPath, [path.resolve(script), ...args], {
      detached: true,
      env: {...process.env, ...env},
      stdio: ["ignore", log, log]
    });
    closeSync(log);
    const kill = (signal) => {
      try {
        process.kill(-child.pid, signal);
      } catch {
        // The process has already ended.
      }
    };
    const end = () => {
      kill("SIGTERM");
      setTimeout(kill, this.grace * 1000, "SIGKILL").unref();
    };
    const interrupted = (signal) => {
      end();
      child.once("exit", () => process.exit(signal === "SIGINT" ? 130 : 143));
    };
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, interrupted);
    let hung = false;
    let silent = 0;
    let heard = 0;
    const guard = setInterval(
      () => {
        const now = statSync(this.events).size + statSync(this.log).size;
        silent = now === heard ? silent + 1 : 0;
        heard = now;
        if (silent < 20) return;
        hung = true;
        clearInterval(guard);
        end();
      },
      (this.hangs * minute) / 20
    );
    const [code, signal] = await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (...how) => resolve(how));
    }).finally(() => {
      clearInterval(guard);
      kill("SIGKILL");
      for (const name of ["SIGINT", "SIGTERM"]) process.removeListener(name, interrupted);
    });
    if (hung) throw new Error(`${script} hung: nothing happened for ${this.hangs} minutes`);
    if (code !== 0) throw new Error(`${script} ended with ${signal ?? `code ${code}`}`);
  }
}

/** Parses a line. A line cut off by a crash is ignored. */
function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return {what: "unknown"};
  }
}
