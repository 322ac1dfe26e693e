import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import {perplexityText} from "../../src/metrics/metricText";
import {windowText} from "../../src/metrics/summaryRows";
import {tokenRows} from "../../src/metrics/tokenMetrics";
import {displayLocale, useLanguage} from "../../src/text/language";
import {bits, byteSize, count, decimal, percent, plural, significant} from "../../src/text/numberText";
import {duration, Pace} from "../../src/text/pace";
import {root} from "../harness/paths";

function speak(locale: string): void {
  useLanguage({locale, bundle: JSON.parse(readFileSync(path.join(root, `l10n/bundle.l10n.${locale}.json`), "utf8"))});
}

const sample = () => [
  count(1_234_567),
  percent(-1),
  percent(-1e-9),
  percent(-30),
  bits(-3.5),
  decimal(0.25, 2),
  significant(45.123),
  significant(1.5e7),
  plural(1, "token"),
  plural(1234, "token"),
  byteSize(1_250_000),
  duration(125),
  perplexityText({perplexity: 45.12, standardError: 2.03, scored: 90}),
  windowText({windowing: {mode: "document", bos: true, window: 1024, stride: 512}})
];

describe("In the reader's language", () => {
  afterEach(() => useLanguage({locale: "en", bundle: undefined}));

  it("numbers and units are German", () => {
    speak("de");
    assert.deepEqual(sample(), [
      "1.234.567",
      "36,8 %",
      "> 99,9 %",
      "9,4 · 10⁻¹² %",
      "−5,05",
      "0,25",
      "45,12",
      "1,500e+7",
      "1 Token",
      "1.234 Token",
      "1,3 MB",
      "2 min 5 s",
      "45,12 ± 2,03",
      "1024 Token, Schrittweite 512, mit BOS davor"
    ]);
  });

  it("numbers and units are Chinese", () => {
    speak("zh-cn");
    assert.deepEqual(sample().slice(0, 4), ["1,234,567", "36.8%", "> 99.9%", "9.4 · 10⁻¹²%"]);
    assert.equal(plural(1234, "token"), "1,234 个词元");
    assert.equal(duration(125), "2 分 5 秒");
  });

  it("labels and explanations are asked for when they are shown, not before", () => {
    const labels = () => tokenRows({logprob: -1, rank: 20, entropy: 2, best: -1}).map(({label}) => label);
    assert.equal(labels()[0], "probability");
    speak("de");
    assert.equal(labels()[0], "Wahrscheinlichkeit");
    assert.match(tokenRows({logprob: -1, rank: 20, entropy: 2, best: -1})[3]?.value ?? "", /^20 \(Top 100\)$/);
  });

  it("a pace is a whole sentence", () => {
    speak("de");
    let now = 0;
    const pace = new Pace("tokens", () => now);
    pace.describe(0, 10_000);
    now = 2000;
    assert.equal(pace.describe(2000, 10_000), "2.000 von 10.000 Token, 1.000 Token/s, noch 8 s");
  });

  it("numbers stay English where the sentences do", () => {
    useLanguage({locale: "fr", bundle: undefined});
    assert.equal(displayLocale(), "en");
    assert.equal(plural(1234, "token"), "1,234 tokens");
  });
});
