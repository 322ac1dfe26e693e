import {strict as assert} from "node:assert";
import {type ChildProcess, execFile, spawn} from "node:child_process";
import {readFileSync, writeFileSync} from "node:fs";
import {availableParallelism} from "node:os";
import path from "node:path";
import {promisify} from "node:util";
import {root} from "../harness/paths";
import {temporaryFolder} from "./modelCopies";

const run = promisify(execFile);

describe("The headless runner answers the same to the last bit, on an idle machine and on a busy one,", () => {
  const folder = temporaryFolder();
  const busy: ChildProcess[] = [];
  const code = readFileSync(path.join(root, "test/fixtures/reference/typescript.txt"), "utf8");
  let text: string;
  let prefix: string;
  before(() => {
    text = path.join(folder.path, "text.txt");
    prefix = path.join(folder.path, "prefix.txt");
    writeFileSync(text, code.repeat(2));
    // Repeated text is drafted, and batches with draft tokens round differently.
    const lines = "    self.alpha = alpha\n    self.beta = beta\n    self.gamma = gamma\n";
    writeFileSync(prefix, `${code}\n  def set(self):\n${lines}\n  def reset(self):\n${lines}    self.al`);
  });
  afterEach(() => {
    for (const child of busy.splice(0)) child.kill("SIGKILL");
  });

  async function answer(args: readonly string[]): Promise<string> {
    const {stdout} = await run(process.execPath, [path.join(root, "dist/cli.js"), ...args, "--gpu", "off"]);
    return stdout.replace(/"milliseconds":[\d.]+/, "");
  }

  /** Keeps every core busy from now on. */
  function occupy(): void {
    for (let i = 0; i < availableParallelism(); i++) busy.push(spawn(process.execPath, ["-e", "for (;;);"]));
  }

  for (const [command, args] of [
    ["tokenize", () => ["tokenize", text]],
    ["score", () => ["score", "--top", "3", "--window", "200", text]],
    ["complete", () => ["complete", "--prefix-file", prefix, "--max-tokens", "24"]]
  ] as const)
    it(command, async () => {
      const first = await answer(args());
      assert.ok(first.length > 100);
      assert.equal(await answer(args()), first);
      occupy();
      assert.equal(await answer(args()), first);
    });
});
