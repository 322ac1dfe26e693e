import {strict as assert} from "node:assert";
import {createHash} from "node:crypto";
import {type HtmlPage, htmlPage} from "../../src/host/scoreHtml";
import type {ColourMeasure} from "../../src/metrics/colourChoice";
import {colourMeasures} from "../../src/metrics/colourChoice";
import {levelsOf} from "../../src/metrics/colourScale";
import {coveredTexts} from "../../src/metrics/scoreExport";
import {escapeHtml} from "../../src/text/htmlText";
import {Looks} from "../harness/looks";

const hostile = "</pre><script>alert(1)</script>";

function page(tokens: readonly string[], by: ColourMeasure = "probability"): HtmlPage {
  const text = tokens.join("");
  let end = 0;
  const ends = Uint32Array.from(tokens, (token) => (end += Buffer.byteLength(token)));
  const logprobs = Float64Array.from(tokens, (_, token) => (token === 0 ? Number.NaN : -2 * token));
  return {
    title: `a.txt ${hostile}`,
    rows: [{label: "Perplexity", value: "1.5", help: `"${hostile}"`}],
    warnings: [hostile],
    locale: "en",
    numbers: {
      logprobs,
      ranks: Int32Array.from(tokens, (_, token) => token),
      entropies: logprobs.map((logprob) => -logprob / 2)
    },
    ends,
    text,
    textOf: coveredTexts(text, ends),
    choice: {by, threshold: null}
  };
}

function written(of: HtmlPage): string {
  return [...htmlPage(of)].join("");
}

/** The classes and texts of the tokens. */
function spans(html: string): [string, string][] {
  const pre = html.slice(html.indexOf("<pre"), html.indexOf("</pre>"));
  return [...pre.matchAll(/<span class="l(\d)" title="[^"]*">([^<]*)<\/span>/g)].map(([, level = "", text = ""]) => [
    level,
    text
  ]);
}

describe("Scores as a page", () => {
  it("have the whole text, every token with its level", () => {
    for (const by of colourMeasures) {
      const shown = page(["one", " two", "\n", "three", " four"], by);
      const found = spans(written(shown));
      assert.equal(found.map(([, text]) => text).join(""), shown.text);
      assert.deepEqual(
        found.map(([level]) => Number(level)),
        [...levelsOf(shown.choice, shown.numbers)]
      );
    }
  });

  it("have the levels of a whole text relative to it, in small steps", () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const logprobs = Float64Array.from({length: 40_000}, () =>
      random() < 0.01 ? Number.NaN : -Math.floor(random() * 400) / 20
    );
    const text = "a".repeat(logprobs.length);
    const ends = Uint32Array.from(logprobs, (_, token) => token + 1);
    const looks = new Looks();
    const long: HtmlPage = {
      ...page([], "relative"),
      numbers: {logprobs: looks.array(logprobs), ranks: null, entropies: null},
      ends,
      text,
      textOf: () => "a"
    };
    let html = "";
    let most = 0;
    let before = 0;
    for (const piece of htmlPage(long)) {
      html += piece;
      most = Math.max(most, looks.count - before);
      before = looks.count;
    }
    assert.ok(most <= 1 << 14, `${most} numbers read in a step`);
    const sorted = [...logprobs].filter((logprob) => !Number.isNaN(logprob)).sort((a, b) => a - b);
    // Of the shares 20, 10, 5 and 1 %: a token is beyond one if it is below the first that does not fit in.
    const cuts = [0.2, 0.1, 0.05, 0.01].map((share) => sorted[Math.floor(share * sorted.length)] ?? 0);
    assert.deepEqual(
      spans(html).map(([level]) => Number(level)),
      [...logprobs].map((logprob) => (Number.isNaN(logprob) ? 5 : cuts.filter((cut) => logprob < cut).length))
    );
  });

  it("are one file without scripts, in which all that is shown is text", () => {
    const html = written(page([hostile, '" onload="x', "&amp;", "\0\u202e"]));
    assert.equal(html.match(/<script|<\/pre>|src=|href=|http:|https:|style="/g)?.length, 1);
    assert.ok(!/[\0\u202e]/.test(html));
    const [, style = ""] = /<style>(.*)<\/style>/s.exec(html) ?? [];
    const hash = createHash("sha256").update(style).digest("base64");
    assert.ok(html.includes(`content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none';`));
  });

  it("give a character that tokens share to the last of them, and mark the others", () => {
    const ends = Uint32Array.of(1, 3, 5, 6);
    const text = "a🚀b";
    const found = spans(written({...page(["w", "x", "y", "z"]), text, ends, textOf: coveredTexts(text, ends)}));
    assert.deepEqual(
      found.map(([, shown]) => shown),
      ["a", "&#x258F;", "🚀", "b"]
    );
  });

  it("take the model's texts where the tokenizer rewrites the text", () => {
    const shown = page(["AB", "C"]);
    const found = spans(written({...shown, ends: null, textOf: (token) => ["ab", "c"][token] ?? ""}));
    assert.deepEqual(
      found.map(([, text]) => text),
      ["ab", "c"]
    );
  });

  it("say the numbers of each token and count the colours", () => {
    const html = written(page(["a", "b", "c"]));
    assert.match(html, /title="b\nprobability: 13\.5 %\n.*\nsurprisal: 2\.89 bits\nrank: 1 .*\nentropy: 1\.44 bits/);
    assert.match(html, /title="a\nnot scored"/);
    assert.match(html, /<span class="l5">not known<\/span> 1<\/li>/);
  });
});

describe("A text in HTML", () => {
  it("has no markup of its own, and nothing that HTML would change", () => {
    assert.equal(escapeHtml(`<a href='x'>&"`), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
    assert.equal(escapeHtml("a\r\nb\rc\td\0\u2066\ud800"), "a\nb\nc\td\\u{0}\\u{2066}\ufffd");
  });
});
