import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import type {Page} from "playwright-core";

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly {readonly html: string; readonly failureSummary: string}[];
}

const axe = readFileSync(createRequire(__filename).resolve("axe-core/axe.min.js"), "utf8");

/** Fails with axe-core's serious and critical findings in a page as it is now. */
export async function findsNothingSerious(page: Page, what: string): Promise<void> {
  if (!(await page.evaluate<boolean>("'axe' in globalThis"))) await page.evaluate(axe);
  const {violations} = await page.evaluate<{violations: Violation[]}>(
    // The page's own frame has no title here: in VS Code, the workbench gives it.
    `axe.run(document, {rules: {"document-title": {enabled: false}}})`
  );
  const grave = violations.filter(({impact}) => impact === "serious" || impact === "critical");
  const report = grave.map(({id, nodes: [first, ...others]}) =>
    [`${id}: ${first?.html} (and ${others.length} more)`, first?.failureSummary].join("\n")
  );
  assert.equal(report.join("\n\n"), "", what);
}
