import {strict as assert} from "node:assert";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import fc from "fast-check";
import {type ListingSources, ModelListing} from "../../src/features/models/modelListing";
import {chosen, type ModelRole} from "../../src/features/models/modelRole";
import {downloadText, type ListedModel, rowText, shortPath, whereText} from "../../src/features/models/modelRow";
import {modelSections} from "../../src/features/models/sections";
import type {ModelFacts} from "../../src/gguf/facts";
import type {CatalogueEntry} from "../../src/host/downloads/catalogue";
import type {LocalModel, ModelStore} from "../../src/host/models/local/localModel";
import {type ChosenModel, isSameChoice, type ModelChoice, shippedModel} from "../../src/host/models/modelChoice";
import {recentPaths, withRecent} from "../../src/host/models/recents";
import {isIntendedRow} from "../../src/host/staleClick";
import {parameterCount} from "../../src/text/parameterCount";

const facts: ModelFacts = {
  name: "Qwen2.5 Coder 1.5B",
  architecture: "qwen2",
  quantization: "Q4_K_M",
  parameters: 1_543_714_304,
  contextLength: 32_768,
  layers: 28,
  embeddingLength: 1536,
  heads: 12,
  kvHeads: 2,
  keyLength: null,
  valueLength: null,
  experts: null,
  vocabularySize: 151_936,
  licence: "apache-2.0",
  tensorBytes: 1_100_000_000,
  capabilities: {complete: true, infill: true, embed: false}
};

function localModel(file: string, more: Partial<LocalModel> = {}): LocalModel {
  return {
    path: file,
    name: path.basename(file, ".gguf"),
    store: "folder",
    bytes: 1_117_320_736,
    parts: 1,
    modified: 0,
    ...more
  };
}

describe("a number of parameters", () => {
  const examples: readonly (readonly [number, string])[] = [
    [0, "0"],
    [999, "999"],
    [68_000, "68K"],
    [999_999, "1M"],
    [3_115_200, "3.1M"],
    [494_032_768, "494M"],
    [1_543_714_304, "1.5B"],
    [9_960_000_000, "10B"],
    [671_026_419_200, "671B"],
    [1_000_000_000_000, "1T"]
  ];
  for (const [parameters, text] of examples)
    it(`${parameters} is ${text}`, () => assert.equal(parameterCount(parameters), text));
});

describe("a model's row", () => {
  const listed: ListedModel = {
    model: localModel("/home/ada/.ollama/models/blobs/sha256-0123", {name: "qwen2.5-coder:1.5b", store: "ollama"}),
    facts,
    fit: {verdict: "fits", needed: 1, free: 2, advice: null, action: null}
  };

  it("says what it is, what it can, whether it fits, and where it is", () => {
    assert.deepEqual(rowText(listed, null, whereText(listed.model, "/home/ada")), {
      label: "qwen2.5-coder:1.5b",
      description: "1.5B · Q4_K_M · 1.1 GB",
      detail:
        "fits · completes and fills in the middle · 32,768 tokens of context · Ollama: ~/.ollama/models/blobs/sha256-0123"
    });
  });

  it("says no more than is known while the header is not read", () => {
    const {description, detail} = rowText({...listed, facts: undefined, fit: undefined}, null, "here");
    assert.equal(description, "1.1 GB");
    assert.equal(detail, "here");
  });

  it("says that a file can't be read as a model", () => {
    assert.match(
      rowText({...listed, facts: null, fit: undefined}, null, "here").detail,
      /^can't be read as a model · /
    );
  });

  it("says what to do where it does not fit", () => {
    const fit = {
      verdict: "tooLarge",
      needed: 9e9,
      free: 4e9,
      advice: "Needs 9 GB: choose another.",
      action: null
    } as const;
    assert.match(rowText({...listed, fit}, null, "here").detail, /^too large: Needs 9 GB: choose another · completes /);
  });

  it("says what an embedding model can't do, and that others only complete", () => {
    const withAbilities = (capabilities: ModelFacts["capabilities"]) =>
      rowText({...listed, facts: {...facts, capabilities}}, null, "").detail;
    assert.match(withAbilities({complete: false, infill: null, embed: true}), /embeds only: .* can't measure/);
    assert.match(withAbilities({complete: true, infill: false, embed: false}), / · completes · /);
  });

  it("says what it is in use for, and of how many parts it is", () => {
    assert.match(rowText(listed, "both", "").description, /1\.1 GB · in use$/);
    assert.match(rowText(listed, "scoring", "").description, /in use for measuring$/);
    assert.match(rowText(listed, "completion", "").description, /in use for completion$/);
    assert.match(rowText({...listed, model: {...listed.model, parts: 5}}, null, "").description, /1\.1 GB in 5 parts$/);
  });

  it("is found by its program and path, or by its path alone", () => {
    assert.equal(whereText(localModel("/m/a.gguf", {store: "jan"}), ""), "Jan: /m/a.gguf");
    assert.equal(whereText(localModel("/m/a.gguf"), ""), "/m/a.gguf");
    const blob = `/home/ada/.ollama/models/blobs/sha256-${"0123456789abcdef".repeat(4)}`;
    assert.equal(shortPath(blob, "/home/ada"), "~/.ollama/models/blobs/sha256-0123456789ab…");
  });

  it("keeps both ends of a long path, and never cuts a character in two", () => {
    assert.equal(shortPath("/home/ada2/m.gguf", "/home/ada"), "/home/ada2/m.gguf");
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("a", "/", "é", "😀", "\u0301", "\ud800"), {maxLength: 200}),
        (characters) => {
          const text = characters.join("");
          const short = shortPath(`/${text}`, "/home/ada");
          assert.ok(Array.from(short).length <= 72);
          if (!characters.includes("\ud800")) assert.ok(short.isWellFormed());
          assert.ok(short.endsWith(Array.from(text).slice(-20).join("")));
        }
      ),
      {seed: 20261122}
    );
  });
});

describe("a download's row", () => {
  const entry: CatalogueEntry = {
    uri: "hf:a/b/c.gguf",
    name: "C 1B",
    licence: "Gemma",
    free: false,
    bytes: 2e9,
    purpose: "evaluation",
    infill: false,
    why: "Because."
  };
  const fit = {needed: 2e9, free: 1e9, advice: "Too much.", action: null};

  it("says what it is under, how large, and why", () => {
    assert.deepEqual(downloadText(entry, {...fit, verdict: "unknown"}), {
      label: "C 1B",
      description: "2.0 GB · Gemma licence, with conditions",
      detail: "Because."
    });
    assert.equal(downloadText({...entry, licence: "MIT", free: true}, null).description, "2.0 GB · MIT");
  });

  it("says that it is too large", () => {
    assert.equal(downloadText(entry, {...fit, verdict: "tooLarge"}).detail, "Because. · too large: Too much");
  });
});

describe("the sections of the list", () => {
  const models = [
    localModel("/lm/b-10.gguf", {store: "lmStudio"}),
    localModel("/lm/b-9.gguf", {store: "lmStudio"}),
    localModel("/own/a.gguf"),
    localModel("/ollama/c.gguf", {store: "ollama"})
  ];
  const names = (inUse: readonly string[], recent: readonly string[]) =>
    modelSections(models, inUse, recent).map(({store, models}) => [store, models.map(({name}) => name)]);

  it("begin with what is in use and what was used lately, and go on by program and name", () => {
    assert.deepEqual(names(["/own/a.gguf"], ["/gone.gguf", "/ollama/c.gguf", "/own/a.gguf"]), [
      [null, ["a", "c"]],
      ["lmStudio", ["b-9", "b-10"]]
    ]);
    assert.deepEqual(names([], []), [
      ["ollama", ["c"]],
      ["lmStudio", ["b-9", "b-10"]],
      ["folder", ["a"]]
    ]);
  });

  it("have every model once, whatever is in use and remembered", () => {
    const paths = fc.array(fc.constantFrom("/1", "/2", "/3", "/4"));
    const stores = fc.constantFrom<ModelStore>("tokenscope", "ollama", "folder", "jan");
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom("/1", "/2", "/3"), stores)),
        paths,
        paths,
        (files, inUse, recent) => {
          const all = files.map(([file, store]) => localModel(file, {store}));
          const listed = modelSections(all, inUse, recent).flatMap(({models}) => models.map((model) => model.path));
          assert.deepEqual([...listed].sort(), [...new Set(files.map(([file]) => file))].sort());
        }
      ),
      {seed: 20261122}
    );
  });
});

describe("the models used lately", () => {
  it("are ten at most, each once, the latest first, whatever is in the store", () => {
    fc.assert(
      fc.property(fc.anything(), fc.array(fc.string({minLength: 1, maxLength: 2})), (stored, paths) => {
        const remembered = paths.reduce<unknown>((list, file) => withRecent(list, file), stored);
        const recent = recentPaths(remembered);
        assert.ok(recent.length <= 10 && new Set(recent).size === recent.length);
        const latest = [...new Set(paths.toReversed())].slice(0, 10);
        assert.deepEqual(recent.slice(0, latest.length), latest);
      }),
      {seed: 20261122}
    );
  });
});

describe("a model chosen for a role", () => {
  const files = fc.constantFrom<ChosenModel>(
    shippedModel,
    {kind: "file", path: "/a.gguf"},
    {kind: "file", path: "/b.gguf"}
  );
  const choices = fc.record({scoring: files, completion: fc.option(files)});
  const models = ({scoring, completion}: ModelChoice) => ({measures: scoring, completes: completion ?? scoring});

  it("is the one in this role, and the other role keeps its own", () => {
    fc.assert(
      fc.property(choices, files, fc.constantFrom<ModelRole>("both", "scoring", "completion"), (now, file, role) => {
        const before = models(now);
        assert.deepEqual(models(chosen(now, file, role)), {
          measures: role === "completion" ? before.measures : file,
          completes: role === "scoring" ? before.completes : file
        });
      }),
      {seed: 20261122}
    );
  });

  it("is one setting where it has both roles", () => {
    fc.assert(
      fc.property(choices, files, fc.constantFrom<ModelRole>("scoring", "completion"), (now, file, role) => {
        const after = chosen(now, file, role);
        const {measures, completes} = models(after);
        if (isSameChoice(measures, completes)) assert.equal(after.completion, null);
      }),
      {seed: 20261122}
    );
  });
});

describe("the listing", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-listing-"));
  after(() => rmSync(folder, {recursive: true, force: true}));
  const file = (name: string) => {
    const whole = path.join(folder, name);
    writeFileSync(whole, "GGUF".repeat(6));
    return whole;
  };
  const demonstration = file("demonstration.gguf");
  const used = file("used-00001-of-00002.gguf");
  file("used-00002-of-00002.gguf");
  const broken = file("broken-00001-of-00002.gguf");
  const found = localModel(file("found.gguf"), {store: "jan"});

  function listing(more: Partial<ListingSources> = {}): ModelListing<ListedModel> {
    const sources = {
      demonstrationModel: demonstration,
      inUse: [demonstration],
      recent: [used, broken, path.join(folder, "gone.gguf")],
      contexts: {contextSize: 0, kvCache: "f16" as const},
      find: async () => [found],
      facts: async () => facts,
      ...more
    };
    return new ModelListing(sources, (listed) => listed);
  }

  it("has what was found and what is remembered, with facts and verdicts, and not what is gone", async () => {
    const list = listing();
    await list.load(new AbortController().signal, () => undefined);
    const models = list.sections.flatMap((section) => section.models);
    assert.deepEqual(
      models.map((model) => [path.basename(model.path), model.parts, model.bytes]),
      [
        ["used-00001-of-00002.gguf", 2, 48],
        ["found.gguf", 1, found.bytes]
      ]
    );
    assert.ok(models.every((model) => list.row(model)?.facts === facts && list.row(model)?.fit !== undefined));
    assert.equal(list.demonstration?.path, demonstration);
    assert.deepEqual([list.has("Found.GGUF"), list.has("lost.gguf")], [true, false]);
  });

  it("shows what is remembered before anything is found, and what is found before it is read", async () => {
    const seen: string[] = [];
    let findNow = () => {};
    let readNow = () => {};
    const find = new Promise<readonly LocalModel[]>((resolve) => {
      findNow = () => resolve([found]);
    });
    const read = new Promise<null>((resolve) => {
      readNow = () => resolve(null);
    });
    const list = listing({find: () => find, facts: () => read});
    await list.load(new AbortController().signal, () => {
      const models = list.sections.flatMap((section) => section.models);
      seen.push(`${models.length} found, ${models.filter((model) => list.row(model)?.facts === null).length} read`);
      if (seen.length === 1) findNow();
      if (seen.length === 2) readNow();
    });
    assert.deepEqual(seen.slice(0, 2), ["1 found, 0 read", "2 found, 0 read"]);
    assert.equal(seen.at(-1), "2 found, 2 read");
  });

  it("reads no further once nobody looks", async () => {
    const many = Array.from({length: 100}, (_, i) => localModel(`/${i}.gguf`));
    const looking = new AbortController();
    let read = 0;
    const list = listing({
      find: async () => many,
      facts: async () => {
        if (++read === 10) looking.abort();
        return null;
      }
    });
    await list.load(looking.signal, () => undefined);
    assert.ok(read < 20, `${read} headers read`);
  });
});

describe("A choice in a list that fills", () => {
  const before = [{key: "a"}, {key: "c"}];
  const now = [{key: "a"}, {key: "b"}, {key: "c"}];
  const [a, b, c] = now as [{key: string}, {key: string}, {key: string}];

  it("is taken for what stood there before, too", () => {
    assert.ok(isIntendedRow(a, now, before, 10));
  });

  it("is not taken where another row stood there a moment ago", () => {
    assert.ok(!isIntendedRow(b, now, before, 10));
    assert.ok(!isIntendedRow(c, now, before, 10));
  });

  it("is taken once there was time to see the row", () => {
    assert.ok(isIntendedRow(b, now, before, 1000));
  });
});
