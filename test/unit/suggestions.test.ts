import {strict as assert} from "node:assert";
import fc from "fast-check";
import {confidenceOf, sureTokens} from "../../src/completion/confidence";
import {jaccard, withoutNearDuplicates} from "../../src/completion/nearDuplicates";
import {RecentSuggestions} from "../../src/completion/suggestions";
import {TypingCadence} from "../../src/completion/typingCadence";

describe("a suggestion", () => {
  it("is known again at its place, and while its text is typed or accepted", () => {
    const kept = new RecentSuggestions();
    kept.keep("const ", ";\n", "answer = 42", "a.ts");
    assert.equal(kept.find("const ", ";\n", "a.ts"), "answer = 42");
    assert.equal(kept.find("const answer", ";\n", "a.ts"), " = 42");
    assert.equal(kept.find("const b", ";\n", "a.ts"), undefined);
    assert.equal(kept.find("const", ";\n", "a.ts"), undefined);
  });

  it("is one of several at its place: the first is shown, and what is typed chooses among them", () => {
    const kept = new RecentSuggestions();
    kept.keep("x = ", ";", "old", "a.ts");
    kept.keepAll("x = ", ";", ["one()", "two()", "twice()"], "a.ts");
    assert.equal(kept.find("x = ", ";", "a.ts"), "one()");
    assert.equal(kept.find("x = tw", ";", "a.ts"), "o()");
    assert.equal(kept.find("x = twi", ";", "a.ts"), "ce()");
    assert.equal(kept.find("x = old", ";", "a.ts"), undefined);
    assert.equal(kept.find("x = o", ";", "a.ts"), "ne()");
  });

  it("is not known where another text follows (Continue's key is the prefix only)", () => {
    const kept = new RecentSuggestions();
    kept.keep("const ", ";\n", "answer = 42", "a.ts");
    assert.equal(kept.find("const ", ";", "a.ts"), undefined);
  });

  it("is not known in another file with the same text: its path is another, and so are its neighbours", () => {
    const kept = new RecentSuggestions();
    kept.keep("", "", "import sys", "a.py");
    kept.keep("", "", "int main", "a.c");
    assert.equal(kept.find("", "", "a.py"), "import sys");
    assert.equal(kept.find("int", "", "a.c"), " main");
    assert.equal(kept.find("", "", "a.ts"), undefined);
  });

  it("is known while its brackets and quotes are typed, which the editor closes by itself", () => {
    const kept = new RecentSuggestions();
    kept.keep("x = ", ";\n", 'print(len(a), "b")', "a.ts");
    assert.equal(kept.find("x = print(", ");\n", "a.ts"), 'len(a), "b"');
    assert.equal(kept.find("x = print(len(", "));\n", "a.ts"), "a");
    assert.equal(kept.find("x = print(len(a)", ");\n", "a.ts"), ', "b"');
    assert.equal(kept.find('x = print(len(a), "', '");\n', "a.ts"), "b");
    assert.equal(kept.find('x = print(len(a), "b")', ";\n", "a.ts"), undefined);
    kept.keep("if (a) ", "\n", "{\n  b();\n}", "a.ts");
    assert.equal(kept.find("if (a) {", "}\n", "a.ts"), "\n  b();\n");
    kept.keep("y = ", "\n", "f()", "a.ts");
    assert.equal(kept.find("y = f(", ")\n", "a.ts"), "");
  });

  it("is not known where brackets stand that nothing typed has opened", () => {
    const kept = new RecentSuggestions();
    kept.keep("x = ", "\n", "f(a)", "a.ts");
    assert.equal(kept.find("x = f", ")\n", "a.ts"), undefined);
    assert.equal(kept.find("x = f(", "))\n", "a.ts"), undefined);
    assert.equal(kept.find("x = f(", "b)\n", "a.ts"), undefined);
  });

  it("that is used up says nothing of what follows it", () => {
    const kept = new RecentSuggestions();
    kept.keep("a", "", "bc", "a.ts");
    assert.equal(kept.find("abc", "", "a.ts"), undefined);
    kept.keep("abc", "", "d", "a.ts");
    assert.equal(kept.find("abc", "", "a.ts"), "d");
  });

  it("of nothing is remembered as nothing", () => {
    const kept = new RecentSuggestions();
    kept.keep("a", "", "", "a.ts");
    assert.equal(kept.find("a", "", "a.ts"), "");
    assert.equal(kept.find("ab", "", "a.ts"), undefined);
  });

  it("that has not been used for long is forgotten, and one that is used is not", () => {
    const kept = new RecentSuggestions();
    kept.keep("first ", "", "x", "a.ts");
    kept.keep("second ", "", "y", "a.ts");
    for (let i = 0; i < 249; i++) {
      kept.keep(`other ${i} `, "", "z", "a.ts");
      assert.equal(kept.find("first ", "", "a.ts"), "x");
    }
    assert.equal(kept.find("second ", "", "a.ts"), undefined);
    assert.equal(kept.find("first ", "", "a.ts"), "x");
    kept.clear();
    assert.equal(kept.find("first ", "", "a.ts"), undefined);
  });

  it("is always the rest of what was suggested", () => {
    fc.assert(
      fc.property(fc.string(), fc.string({minLength: 1}), fc.nat(20), (prefix, text, typed) => {
        const kept = new RecentSuggestions();
        kept.keep(prefix, "s", text, "a.ts");
        const found = kept.find(prefix + text.slice(0, typed), "s", "a.ts");
        if (typed < text.length) assert.equal(found, text.slice(typed));
        else assert.equal(found, undefined);
      }),
      {seed: 20261122}
    );
  });
});

describe("the confidence of tokens", () => {
  const logs = (...probabilities: number[]) => probabilities.map(Math.log);

  it("is their probability together, its geometric mean, and the weakest of them", () => {
    const found = confidenceOf(logs(0.5, 0.125, 1));
    assert.ok(found !== null);
    assert.ok(Math.abs(found.whole - 0.0625) < 1e-12);
    assert.ok(Math.abs(found.mean - 0.0625 ** (1 / 3)) < 1e-12);
    assert.ok(Math.abs(found.weakest - 0.125) < 1e-12);
    assert.equal(confidenceOf([]), null);
  });

  it("ends what is shown before the token with which not all is as probable as the threshold", () => {
    assert.equal(sureTokens(logs(0.9, 0.9, 0.01, 0.99), 0.5), 2);
    assert.equal(sureTokens(logs(0.8, 0.8, 0.8), 0.5), 3);
    assert.equal(sureTokens(logs(0.8, 0.8, 0.8, 0.8), 0.5), 3);
    assert.equal(sureTokens(logs(0.4, 0.99), 0.5), 0);
    assert.equal(sureTokens(logs(0.001), 0), 1);
    assert.equal(sureTokens([], 0.5), 0);
  });

  it("is at least the threshold of what is left, and what comes later changes nothing", () => {
    const probabilities = fc.array(fc.double({min: 1e-6, max: 1, noNaN: true}), {minLength: 1, maxLength: 30});
    fc.assert(
      fc.property(probabilities, probabilities, fc.double({min: 0.01, max: 0.99, noNaN: true}), (some, more, least) => {
        const sure = sureTokens(logs(...some), least);
        const left = confidenceOf(logs(...some.slice(0, sure)));
        assert.ok(left === null || left.whole >= least - 1e-9);
        if (sure < some.length) assert.equal(sureTokens(logs(...some, ...more), least), sure);
      }),
      {seed: 20261122}
    );
  });
});

describe("texts that say the same", () => {
  it("are given once, the first of them", () => {
    const lines = Array.from({length: 30}, (_, index) => `line ${index}`);
    const nearly = [...lines.slice(1).map((line) => `  ${line}`), ""];
    assert.deepEqual(
      withoutNearDuplicates(
        [lines, nearly, ["other"]].map((one) => one.join("\n")),
        (text) => text
      ),
      [lines.join("\n"), "other"]
    );
  });

  it("share more than nine tenths of their lines", () => {
    assert.equal(jaccard(new Set(["a", "b"]), new Set(["b", "c"])), 1 / 3);
    assert.equal(jaccard(new Set(), new Set()), 1);
  });
});

describe("the cadence of typing", () => {
  /** Typing with these gaps between keys, and a model that answers in this time. */
  const typed = (gaps: readonly number[], keys: number, cost: number): {cadence: TypingCadence; last: number} => {
    const cadence = new TypingCadence();
    let now = 0;
    for (let key = 0; key < keys; key++) {
      now += gaps[key % gaps.length] as number;
      cadence.keyPressed(now);
    }
    for (let answer = 0; answer < 30; answer++) cadence.addCost(cost);
    return {cadence, last: now};
  };
  const wait = (gaps: readonly number[], cost: number, least = 50): number => {
    const {cadence, last} = typed(gaps, 80, cost);
    return cadence.debounce(least, last);
  };

  it("asks for nothing between two keys, however soon the answer would come: it would be gone before it is seen", () => {
    for (const cost of [10, 5000]) assert.ok(wait([125], cost) > 200, String(wait([125], cost)));
  });

  it("takes a pause for one soon where someone types evenly, and later where not", () => {
    assert.ok(wait([125], 10) < 250);
    const uneven = [80, 190, 100, 150, 90, 230, 110, 70];
    assert.ok(wait(uneven, 10) > 300 && wait(uneven, 10) < 450, String(wait(uneven, 10)));
  });

  it("counts from the last key, not from VS Code's question", () => {
    const {cadence, last} = typed([125], 80, 10);
    assert.equal(cadence.debounce(50, last + 60), cadence.debounce(50, last) - 60);
    assert.equal(cadence.debounce(50, last + 5000), 0);
  });

  it("lets a model be asked at once where its answer is seen between two keys", () => {
    assert.equal(wait([450], 10), 50);
    assert.ok(wait([450], 300) > 450);
  });

  it("is not changed by who stops to think, and never waits longer than a pause is for anyone", () => {
    const {cadence, last} = typed([125], 80, 10);
    const before = cadence.debounce(0, last);
    cadence.keyPressed(last + 2000);
    assert.equal(cadence.debounce(0, last + 2000), before);
    assert.equal(wait([60, 490], 10), 500);
  });

  it("asks ahead where that is noticed, and not where it is dear", () => {
    const allowsPrefetch = (cost: number): boolean => typed([125], 80, cost).cadence.allowsPrefetch;
    assert.deepEqual([20, 300, 5000].map(allowsPrefetch), [false, true, false]);
  });

  it("never waits less than it is told to", () => {
    assert.equal(wait([125], 10, 700), 700);
  });
});
