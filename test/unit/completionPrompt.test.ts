import {strict as assert} from "node:assert";
import fc from "fast-check";
import {infillTokens} from "../../src/completion/infillTokens";
import {infillPrompt, middleStarts, type PromptParts, plainPrompt} from "../../src/completion/prompt";

/** The marks of known families, with the ids of their published tokenizers. */
const families = {
  "Qwen2.5-Coder": {
    size: 151_936,
    tokens: {
      "<|fim_prefix|>": 151_659,
      "<|fim_middle|>": 151_660,
      "<|fim_suffix|>": 151_661,
      "<|repo_name|>": 151_663,
      "<|file_sep|>": 151_664
    },
    found: {order: "psm", prefix: 151_659, suffix: 151_661, middle: 151_660, repository: 151_663, file: 151_664}
  },
  StarCoder: {
    size: 49_152,
    tokens: {"<fim_prefix>": 1, "<fim_middle>": 2, "<fim_suffix>": 3, "<filename>": 5, "<reponame>": 18},
    found: {order: "psm", prefix: 1, suffix: 3, middle: 2, repository: 18, file: 5}
  },
  StarCoder2: {
    size: 49_152,
    tokens: {"<fim_prefix>": 1, "<fim_middle>": 2, "<fim_suffix>": 3, "<repo_name>": 5, "<file_sep>": 6},
    found: {order: "psm", prefix: 1, suffix: 3, middle: 2, repository: 5, file: 6}
  },
  "DeepSeek-Coder": {
    size: 32_256,
    tokens: {"<｜fim▁hole｜>": 32_015, "<｜fim▁begin｜>": 32_016, "<｜fim▁end｜>": 32_017},
    found: {order: "psm", prefix: 32_016, suffix: 32_015, middle: 32_017, repository: null, file: null}
  },
  CodeLlama: {
    size: 32_016,
    tokens: {"▁<PRE>": 32_007, "▁<SUF>": 32_008, "▁<MID>": 32_009},
    found: {order: "psm", prefix: 32_007, suffix: 32_008, middle: 32_009, repository: null, file: null}
  },
  Codestral: {
    size: 32_768,
    tokens: {"[PREFIX]": 10, "[SUFFIX]": 11, "[MIDDLE]": 12},
    found: {order: "spm", prefix: 10, suffix: 11, middle: null, repository: null, file: null}
  },
  CodeGemma: {
    size: 256_000,
    tokens: {"<|fim_prefix|>": 67, "<|fim_middle|>": 68, "<|fim_suffix|>": 69, "<|file_separator|>": 70},
    found: {order: "psm", prefix: 67, suffix: 69, middle: 68, repository: null, file: null}
  },
  Granite: {
    size: 49_152,
    tokens: {"<fim_prefix>": 1, "<fim_middle>": 2, "<fim_suffix>": 3},
    found: {order: "psm", prefix: 1, suffix: 3, middle: 2, repository: null, file: null}
  }
} as const;

describe("the tokens to fill in with", () => {
  for (const [family, {size, tokens, found}] of Object.entries(families))
    it(`of ${family} are found by their texts`, () => {
      const byText = new Map(Object.entries(tokens));
      assert.deepEqual(
        infillTokens({}, (text) => byText.get(text), size),
        found
      );
    });

  it("are those that the file names, where it names some", () => {
    const found = infillTokens(
      {prefix: 7, suffix: 8, middle: 9},
      (text) => (text === "<|fim_prefix|>" ? 1 : undefined),
      10
    );
    assert.deepEqual(found, {order: "psm", prefix: 7, suffix: 8, middle: 9, repository: null, file: null});
  });

  it("are none where one is missing, or where the file names what is no token", () => {
    const none = () => undefined;
    assert.equal(infillTokens({}, none, 10), null);
    assert.equal(infillTokens({prefix: 1, suffix: 2}, none, 10), null);
    for (const bad of [-1, 10, 1.5, Number.NaN])
      assert.equal(infillTokens({prefix: bad, suffix: 2, middle: 3}, none, 10), null);
  });
});

const psm = {order: "psm", prefix: 1001, suffix: 1002, middle: 1003, repository: 1004, file: 1005} as const;

const noLines = () => false;

describe("a fill-in-the-middle prompt", () => {
  const parts: PromptParts = {
    bos: 1000,
    repository: [50],
    files: [
      {path: [60], text: [61, 62]},
      {path: [70], text: [71]}
    ],
    path: [80],
    before: [1, 2, 3],
    middle: [4, 5],
    after: [6, 7]
  };

  it("is other files, what stands before, what stands after, and the last lines where the middle begins", () => {
    assert.deepEqual(
      infillPrompt(parts, psm, 100, noLines),
      [1000, 1004, 50, 1005, 60, 61, 62, 1005, 70, 71, 1005, 80, 1001, 1, 2, 3, 1002, 6, 7, 1003, 4, 5]
    );
  });

  it("has the suffix first where the model wants it so", () => {
    const codestral = {...psm, order: "spm", middle: null, repository: null, file: null} as const;
    assert.deepEqual(infillPrompt(parts, codestral, 100, noLines), [1000, 1002, 6, 7, 1001, 1, 2, 3, 4, 5]);
  });

  it("has no other files where the vocabulary has no token for them", () => {
    assert.deepEqual(
      infillPrompt(parts, {...psm, file: null}, 100, noLines),
      [1000, 1001, 1, 2, 3, 1002, 6, 7, 1003, 4, 5]
    );
  });

  it("keeps the most useful files where there is not room for all", () => {
    assert.deepEqual(
      infillPrompt(parts, psm, 22, noLines),
      [1000, 1004, 50, 1005, 70, 71, 1005, 80, 1001, 1, 2, 3, 1002, 6, 7, 1003, 4, 5]
    );
  });

  it("changes at its end only when something is typed in the middle", () => {
    const before = infillPrompt(parts, psm, 100, noLines);
    const after = infillPrompt({...parts, middle: [4, 5, 9]}, psm, 100, noLines);
    assert.deepEqual(after.slice(0, before.length), before);
  });

  it("is the same but for the middle while one types in it, where the text is longer than its room", () => {
    const text = Array.from({length: 1000}, (_, index) => index % 900);
    for (const after of [text.slice(0, 30), text]) {
      const heads = new Set<string>();
      for (let length = 0; length <= 90; length++) {
        const middle = text.slice(0, length);
        const prompt = infillPrompt({...parts, before: text, middle, after}, psm, 400, noLines);
        heads.add(prompt.slice(0, prompt.indexOf(psm.middle)).join());
      }
      assert.equal(heads.size, 1);
    }
  });

  it("begins at the same place while one types, and with a line, where the text is longer than its room", () => {
    // Lines of five tokens that end with 9.
    const endsLine = (id: number) => id === 9;
    const text = Array.from({length: 1000}, (_, index) => (index % 5 === 4 ? 9 : 100 + (index % 800)));
    const beginnings = new Set<string>();
    for (let length = 500; length < 600; length++) {
      const before = text.slice(0, length);
      const prompt = infillPrompt({...parts, files: [], path: [], before}, psm, 100, endsLine);
      const start = prompt.indexOf(1001) + 1;
      beginnings.add(String(length - (prompt.indexOf(1002) - start)));
      const kept = prompt.slice(start, prompt.indexOf(1002));
      assert.deepEqual(kept, before.slice(before.length - kept.length));
      assert.equal(before[before.length - kept.length - 1], 9);
      assert.ok(kept.length >= 45 && prompt.length <= 100, String(kept.length));
    }
    assert.ok(beginnings.size <= 8, [...beginnings].join());
  });

  const ids = fc.array(fc.nat(900), {maxLength: 60});
  const anyParts = fc.record({
    bos: fc.option(fc.constant(1000)),
    repository: ids,
    files: fc.array(fc.record({path: ids, text: ids}), {maxLength: 5}),
    path: ids,
    before: ids,
    middle: ids,
    after: ids
  });

  it("is never longer than its room, and has each mark of the text once", () => {
    fc.assert(
      fc.property(anyParts, fc.integer({min: 8, max: 300}), fc.boolean(), (any, room, spm) => {
        const infill = spm ? ({...psm, order: "spm", middle: null} as const) : psm;
        const prompt = infillPrompt(any, infill, room, noLines);
        assert.ok(prompt.length <= room, `${prompt.length} of ${room}`);
        for (const mark of spm ? [1001, 1002] : [1001, 1002, 1003])
          assert.equal(prompt.filter((id) => id === mark).length, 1);
        assert.ok(plainPrompt(any.bos, any.before, room, noLines).length <= room);
      }),
      {seed: 20261122}
    );
  });

  it("has the whole text where there is room for it", () => {
    fc.assert(
      fc.property(anyParts, (any) => {
        const prompt = infillPrompt(any, psm, 10_000, noLines);
        const text = prompt.slice(prompt.indexOf(1001));
        assert.deepEqual(text, [1001, ...any.before, 1002, ...any.after, 1003, ...any.middle]);
      }),
      {seed: 20261122}
    );
  });

  const lines = (count: number): string => Array.from({length: count}, (_, row) => `line ${row}\n`).join("");
  /** Lines above the cursor's line that are in the middle. */
  const inMiddle = (prefix: string, start: number): number => prefix.slice(start).split("\n").length - 1;

  it("has 4 to 20 lines in its middle, and these stay while lines are added", () => {
    const starts = new Set<number>();
    for (let row = 20; row < 100; row++) {
      const prefix = `${lines(row)}  return `;
      const [start = 0] = middleStarts(prefix);
      assert.ok(inMiddle(prefix, start) >= 4 && inMiddle(prefix, start) < 20, `${inMiddle(prefix, start)} lines`);
      assert.ok(start === 0 || prefix[start - 1] === "\n");
      starts.add(start);
    }
    assert.equal(starts.size, 5);
  });

  it("has all that stands above in its middle where that is little", () => {
    for (const prefix of ["", "let a", lines(3), lines(19)]) assert.equal(middleStarts(prefix)[0], 0);
  });

  it("has fewer lines in its middle where they are long, and at last the cursor's alone, or nothing of it", () => {
    const prefix = `${lines(50)}const a = `;
    const counts = middleStarts(prefix).map((start) => inMiddle(prefix, start));
    assert.deepEqual(counts, [18, 10, 6, 0, 0]);
    assert.deepEqual(middleStarts(prefix).slice(-2), [prefix.length - 10, prefix.length]);
  });
});
