import {strict as assert} from "node:assert";
import {mkdtempSync, rmSync, symlinkSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import type {UsageError} from "../../src/cli/arguments";
import {FileSearch} from "../../src/cli/findFiles";
import {GitRepository} from "../harness/gitRepository";

describe("The headless runner's search for files", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-search-"));
  const repository = new GitRepository(path.join(folder, "repository"));
  const at = (name: string): string => path.join(repository.folder, name);
  after(() => rmSync(folder, {recursive: true, force: true}));
  before(() => {
    for (const name of ["a.md", "b.txt", "src/c.ts", "src/deep/d.ts", "src/deep/e.MD", "src/[x].ts", ".hidden/f.md"])
      repository.write(name, "text");
    for (const name of ["out/g.ts", "src/out/h.ts", "src/deep/i.log", "src/deep/kept/j.tmp", "build.log"])
      repository.write(name, "text");
    repository.write(".gitignore", "*.log\n/out/\n# comment\n");
    repository.write("src/.gitignore", "out\n");
    repository.write("src/deep/.gitignore", "*.tmp\n!kept/*.log\n");
    repository.write("src/deep/kept/k.log", "text");
    symlinkSync("a.md", at("link.md"));
    symlinkSync("..", at("src/loop"));
  });

  async function search(...written: string[]) {
    const problems: string[] = [];
    const problem = (_: string, error: UsageError) => problems.push(error.message);
    const found = new FileSearch(new AbortController().signal, problem, () => undefined);
    for (const one of written) await found.add(one);
    const short = (file: string): string => path.relative(repository.folder, file).replaceAll(path.sep, "/");
    return {
      files: found.files.map(({file}) => short(file)),
      named: found.files.filter(({isNamed}) => isNamed).map(({file}) => short(file)),
      skipped: found.skipped.map(({file, reason}) => `${short(file)}: ${reason}`),
      problems
    };
  }

  it("finds what Git would take, without symbolic links", async () => {
    const {files, skipped, named, problems} = await search(repository.folder);
    assert.deepEqual(skipped, ["link.md: link", "src/loop: link"]);
    assert.deepEqual([named, problems], [[], []]);
    const git = repository.git("ls-files", "--cached", "--others", "--exclude-standard").split("\n").filter(Boolean);
    assert.deepEqual(files.toSorted(), git.filter((file) => !skipped.includes(`${file}: link`)).toSorted());
    assert.ok(files.includes(".hidden/f.md") && !files.includes("out/g.ts"));
  });

  const deep = ["src/deep/.gitignore", "src/deep/d.ts", "src/deep/e.MD", "src/deep/kept/k.log"];

  it("holds a folder in a repository to the rules above it, unless these name the folder itself", async () => {
    assert.deepEqual((await search(at("src/deep"))).files, deep);
    assert.deepEqual((await search(at("src/deep/"))).files, deep);
    assert.deepEqual((await search(at("out"), at("src/out"))).files, ["out/g.ts", "src/out/h.ts"]);
  });

  it("takes a file that is named, ignored or not, and each file once", async () => {
    const {files, named} = await search(at("build.log"), at("link.md"), at("src/deep"), at("src/deep/d.ts"));
    assert.deepEqual(named, ["build.log", "link.md"]);
    assert.deepEqual(files.slice(2), deep);
    assert.deepEqual((await search("-", "-")).files.length, 1);
  });

  for (const [glob, ...expected] of [
    ["*.md", "a.md"],
    ["**/*.md", ".hidden/f.md", "a.md", "src/deep/e.MD"],
    ["src/*.ts", "src/[x].ts", "src/c.ts"],
    ["src/**/*.ts", "src/[x].ts", "src/c.ts", "src/deep/d.ts"],
    ["s?c/d*/d.*", "src/deep/d.ts"],
    ["src/de*", "src/deep/.gitignore", "src/deep/d.ts", "src/deep/e.MD", "src/deep/kept/k.log"],
    ["[ab].*", "a.md", "b.txt"],
    ["./*.txt", "b.txt"]
  ] as const)
    it(`finds ${expected.length} for ${glob}`, async () => {
      const {files, problems} = await search(`${repository.folder}/${glob}`);
      assert.deepEqual([files, problems], [expected, []]);
    });

  it("takes a name with a bracket in it for a name, where there is such a file", async () => {
    assert.deepEqual((await search(at("src/[x].ts"))).named, ["src/[x].ts"]);
  });

  it("tells what is not there, and goes on", async () => {
    const {files, problems} = await search(at("none.txt"), at("*.none"), at("no/*.md"), at("b.txt"));
    assert.deepEqual(files, ["b.txt"]);
    assert.equal(problems.length, 3);
    assert.match(problems[0] ?? "", /can't read ".*none\.txt" \(ENOENT\)/);
    assert.match(problems[1] ?? "", /no file matches ".*\*\.none"/);
    assert.match(problems[2] ?? "", /can't read ".*no" \(ENOENT\)/);
  });
});
