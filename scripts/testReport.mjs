// The output of a test run: a line per suite, then failures, retries and skipped tests, and the sums last.
import path from "node:path";

const minute = 60_000;

/**
 * Shows the progress of a running suite: always in a terminal, once a minute elsewhere. Returns a function that stops
 * it.
 */
export function showProgress(suite) {
  const terminal = process.stdout.isTTY;
  const started = Date.now();
  const timer = setInterval(
    () => {
      const {began} = suite.look();
      const seconds = Math.round((Date.now() - started) / 1000);
      const text = `${suite.name}: ${seconds} s, ${suite.passed + suite.failures.length} tests${began === undefined ? "" : `, now ${began}`}`;
      if (terminal) process.stdout.write(`\r\x1b[K${text.slice(0, process.stdout.columns - 1)}`);
      else console.log(`  ${text}`);
    },
    terminal ? 500 : minute
  );
  return () => {
    clearInterval(timer);
    if (terminal) process.stdout.write("\r\x1b[K");
  };
}

export function suiteLine({name, passed, failures, skipped, retried, seconds}) {
  const counts = [
    `${String(passed).padStart(5)} passed`,
    ...(failures.length > 0 ? [`${failures.length} failed`] : []),
    ...(skipped.length > 0 ? [`${skipped.length} skipped`] : []),
    ...(retried.length > 0 ? [`${retried.length} tried again`] : [])
  ];
  return `${name.padEnd(10)}${counts.join(", ").padEnd(44)}${String(seconds).padStart(5)} s`;
}

/** Failures, retries and skipped tests, and the sums last. */
export function summary(suites) {
  const listed = (title, of) => {
    const lines = suites.flatMap((suite) => suite[of].map((test) => `  ${suite.name}, ${test}`));
    return lines.length > 0 ? ["", title, ...lines] : [];
  };
  const failures = suites.flatMap((suite) => suite.failures.map((failure) => ({suite, ...failure})));
  const count = (of) => suites.reduce((sum, suite) => sum + suite[of].length, 0);
  const passed = suites.reduce((sum, suite) => sum + suite.passed, 0);
  const skipped = count("skipped");
  return [
    ...listed("Failed at first, and tried again:", "retried"),
    ...failures.flatMap(({suite, test, error}, index) => [
      "",
      `Failure ${index + 1}: ${suite.name}, ${test}`,
      ...error.split("\n").map((line) => `  ${line}`),
      `  All that ${suite.name} printed: ${path.relative("", suite.log)}`
    ]),
    // Right above the sums, which count them.
    ...listed("Skipped:", "skipped"),
    "",
    `${passed} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`
  ].join("\n");
}
