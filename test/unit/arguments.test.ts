import assert from "node:assert/strict";
import {layers, positiveNumber, UsageError, wholeNumber} from "../../src/cli/arguments";
import {budgetSetting} from "../../src/cli/budgets";
import {budgetOf} from "../../src/text/tokenBudget";

describe("the runner's numbers", () => {
  for (const [value, number] of [
    ["1", 1],
    ["+2", 2],
    ["0.25", 0.25],
    [".5", 0.5],
    ["5.", 5],
    ["1e3", 1000],
    ["1.5E2", 150],
    ["2e-3", 0.002],
    ["123456789012345678", 123456789012345680]
  ] as const)
    it(`a limit may be written ${value}`, () => assert.equal(positiveNumber("max-perplexity", value), number));

  for (const value of [
    "0",
    "0.0",
    "1e-999",
    "-1",
    "NaN",
    "Infinity",
    "1e999",
    "0x10",
    "1_000",
    "1,5",
    "",
    " 1",
    ".",
    "e3"
  ])
    it(`a limit is not written "${value}"`, () =>
      assert.throws(() => positiveNumber("max-perplexity", value), UsageError));

  for (const [value, number] of [
    ["0", 0],
    ["512", 512],
    ["1e3", 1000],
    ["1.5e2", 150],
    ["8.0", 8]
  ] as const)
    it(`a whole number may be written ${value}`, () => assert.equal(wholeNumber("window", value), number));

  for (const value of ["1.5", "1e-1", "1_000", "-1", "1e10", "Infinity", "NaN", ""])
    it(`a whole number is not written "${value}"`, () => assert.throws(() => wholeNumber("window", value), UsageError));

  it("layers are a whole number, or auto", () => {
    assert.equal(layers("auto"), null);
    assert.equal(layers("1e1"), 10);
    for (const value of ["10000", "1.5", "-1", "all"]) assert.throws(() => layers(value), UsageError);
  });

  it("nothing asked for is nothing", () => {
    assert.equal(wholeNumber("window", undefined), undefined);
    assert.equal(positiveNumber("max-perplexity", undefined), undefined);
  });
});

describe("the runner's budgets", () => {
  const of = (file: string, ...values: string[]) => budgetOf(budgetSetting(values), file, 4096);

  it("are for all files, or for those that match; the last one counts", () => {
    assert.equal(budgetSetting(undefined), null);
    assert.equal(of("a.md"), null);
    for (const file of ["a.md", "a/b.md", "../c.md", "/tmp/d.md", "-"]) assert.equal(of(file, "2000"), 2000);
    assert.equal(of("a.md", "context"), 4096);
    const values = ["2e3", "prompts/**=500", "*.json=context", "a=b.txt=7"];
    assert.equal(of("a.md", ...values), 2000);
    assert.equal(of("prompts/x/a.md", ...values), 500);
    assert.equal(of("prompts/a.json", ...values), 4096);
    assert.equal(of("a=b.txt", ...values), 7);
    assert.equal(of("prompts/a.md", ...values, "100"), 100);
    assert.equal(of("vendor/a.md", "2000", "vendor/**=none"), null);
  });

  for (const value of ["", "0", "-5", "1.5", "many", "=5", "*.md=", "*.md=0", "contexts", "1e12"])
    it(`are not written "${value}"`, () => assert.throws(() => budgetSetting([value]), UsageError));
});
