import * as assert from "node:assert/strict";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {SuiteRun} from "../../scripts/suiteRun.mjs";
import {summary} from "../../scripts/testReport.mjs";

const events = {
  began: (test: string) => ({what: "began", file: "some", test}),
  passed: (test: string) => ({what: "passed", file: "some", test}),
  skipped: (test: string) => ({what: "skipped", file: "some", test}),
  failed: (test: string) => ({what: "failed", file: "some", test, error: `AssertionError: ${test} is wrong`}),
  retried: (test: string) => ({what: "retried", file: "some", test, error: "lost a click"}),
  ended: {what: "ended"}
};

describe("the run of a test suite", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "tokenscope-suite-"));
  });
  afterEach(() => rmSync(folder, {recursive: true, force: true}));

  /** A suite whose program writes these events, prints something, and runs this code. */
  async function run(told: readonly object[], then = ""): Promise<SuiteRun> {
    const suite = new SuiteRun("unit", folder);
    const program = path.join(folder, "program.cjs");
    const lines = told.map((event) => `${JSON.stringify(event)}\n`).join("");
    writeFileSync(
      program,
      `require("node:fs").appendFileSync(process.argv[2], ${JSON.stringify(lines)}); console.log("chatter"); ${then}`
    );
    await suite.run(() => suite.node(program, [suite.events]));
    return suite;
  }

  const passing = [events.began("one"), events.passed("one"), events.began("two"), events.passed("two")];

  it("counts its tests, and says nothing of what its programs print", async () => {
    const suite = await run([...passing, events.skipped("three"), events.ended]);
    assert.equal(summary([suite]).trim(), "Skipped:\n  unit, some: three\n\n2 passed, 0 failed, 1 skipped");
  });

  it("shows what failed, with its error, once", async () => {
    const text = summary([await run([...passing, events.failed("three"), events.ended], "process.exit(1)")]);
    assert.match(text, /^Failure 1: unit, some: three\n {2}AssertionError: three is wrong\n/m);
    assert.ok(text.endsWith("\n2 passed, 1 failed"), text);
  });

  it("tells of tests that passed at the second try only", async () => {
    const text = summary([await run([events.retried("one"), ...passing, events.ended])]);
    assert.match(text, /^Failed at first, and tried again:\n {2}unit, some: one$/m);
    assert.ok(text.endsWith("\n2 passed, 0 failed"), text);
  });

  for (const [how, then] of [
    ["dies", 'process.kill(process.pid, "SIGKILL")'],
    ["ends early, as if all were well", "process.exit(0)"]
  ] as const)
    it(`fails once where it ${how}, and keeps what had passed`, async () => {
      const suite = await run([...passing, events.began("three")], then);
      const text = summary([suite]);
      assert.match(text, /The last test that began: some: three\. What was printed last:\n {2}chatter/);
      assert.ok(text.endsWith("\n2 passed, 1 failed"), text);
    });

  it("fails where no test ran", async () => {
    assert.ok(summary([await run([events.ended])]).endsWith("\n0 passed, 1 failed"));
    assert.ok(summary([await run([])]).endsWith("\n0 passed, 1 failed"));
  });

  it("fails where all tests passed and the program did not end well", async () => {
    assert.ok(summary([await run([...passing, events.ended], "process.exit(1)")]).endsWith("\n2 passed, 1 failed"));
  });

  it("ends what hangs, by force if need be, and tells in which test", async () => {
    const suite = new SuiteRun("unit", folder, {hangs: 0.005, grace: 0.1});
    // Written beforehand, because the program may be too slow.
    writeFileSync(
      suite.events,
      [...passing, events.began("three")].map((event) => `${JSON.stringify(event)}\n`).join("")
    );
    const deaf = path.join(folder, "deaf.cjs");
    writeFileSync(deaf, 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);');
    await suite.run(() => suite.node(deaf));
    assert.equal(suite.passed, 2);
    assert.match(suite.failures[0]?.error ?? "", /hung: nothing happened for 0\.005 minutes\. The last test .*three/);
  });
});
