import * as assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import path from "node:path";
import {root} from "../harness/paths";
import {scripts} from "./scripts";

interface Job {
  readonly steps: readonly {readonly uses?: string; readonly run?: string}[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: {readonly matrix: {readonly target?: string[]; readonly include?: readonly {target: string}[]}};
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<"test" | "package" | "try" | "release", Job>>;
}

// The workflow can't run here, so only its text is checked.
describe("The release workflow", () => {
  // Mocha's own YAML parser: a check of one file is not worth a dependency.
  const {load} = createRequire(path.join(root, "node_modules/mocha/package.json"))("js-yaml") as {
    load(text: string): Workflow;
  };
  const workflow = load(readFileSync(path.join(root, ".github/workflows/release.yml"), "utf8"));
  const {jobs} = workflow;

  it("packs and tries every platform that there is a VSIX for", async () => {
    const {targets} = await scripts.vsix();
    assert.deepEqual(jobs.package.strategy?.matrix.target?.toSorted(), targets.toSorted());
    assert.deepEqual(jobs.try.strategy?.matrix.include?.map(({target}) => target).sort(), targets.toSorted());
  });

  it("may write in its last job only, and uses actions by their versions", () => {
    assert.deepEqual(workflow.permissions, {contents: "read"});
    const permissions = Object.entries(jobs).filter(([, job]) => job.permissions !== undefined);
    assert.deepEqual(
      permissions.map(([name, job]) => [name, job.permissions]),
      [["release", {contents: "write"}]]
    );
    const uses = Object.values(jobs).flatMap(({steps}) => steps.flatMap(({uses}) => uses ?? []));
    assert.ok(uses.length > 0);
    for (const one of uses) assert.match(one, /^actions\/[\w-]+@(v\d+|[0-9a-f]{40})$/);
  });
});
