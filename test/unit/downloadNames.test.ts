import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import fc from "fast-check";
import {readAddress} from "../../src/engine/transfer/address";
import {dispositionName, numbered, safeFileName} from "../../src/engine/transfer/fileName";
import {catalogue} from "../../src/host/downloads/catalogue";
import {root} from "../harness/paths";

const hub = "https://huggingface.co/";

describe("names of downloads", () => {
  it("are harmless, whatever a server calls its file", () => {
    const name = fc.oneof(fc.string(), fc.string({unit: "binary"}), fc.string({unit: "grapheme", maxLength: 400}));
    fc.assert(
      fc.property(name, (given) => {
        const safe = safeFileName(given);
        assert.equal(path.posix.basename(safe), safe);
        assert.equal(path.win32.basename(safe), safe);
        assert.ok(safe !== "" && !/^\.|[. ]$|[<>:"|?*\p{C}]/u.test(safe), safe);
        assert.ok(Buffer.byteLength(safe) <= 200);
        assert.equal(safeFileName(safe), safe);
      }),
      {seed: 20261122, numRuns: 2000}
    );
  });

  it("are kept where they are harmless, and are no devices", () => {
    assert.equal(safeFileName("qwen2.5-coder-1.5b-q8_0.gguf"), "qwen2.5-coder-1.5b-q8_0.gguf");
    assert.equal(safeFileName("Modell für Übung (1).gguf"), "Modell für Übung (1).gguf");
    for (const device of ["NUL", "con.gguf", "Com1.x.gguf", "lpt9"]) assert.equal(safeFileName(device), `_${device}`);
  });

  it("keep the number of their part when they are cut or numbered", () => {
    const long = `${"x".repeat(400)}-00002-of-00003.gguf`;
    assert.ok(safeFileName(long).endsWith("x-00002-of-00003.gguf"));
    assert.equal(numbered("a.b.gguf", 2), "a.b (2).gguf");
    assert.equal(numbered("a-00002-of-00003.gguf", 3), "a (3)-00002-of-00003.gguf");
    assert.equal(numbered("README", 2), "README (2)");
  });

  it("are read from answers", () => {
    assert.equal(dispositionName('attachment; filename="a \\"b\\".gguf"'), 'a "b".gguf');
    assert.equal(dispositionName("attachment; filename=plain.gguf; size=3"), "plain.gguf");
    assert.equal(dispositionName("attachment; filename=x.gguf; filename*=UTF-8''%E2%82%AC.gguf"), "€.gguf");
    assert.equal(dispositionName("attachment; filename*=UTF-8''%E2%8.gguf; filename=x.gguf"), "x.gguf");
    assert.equal(dispositionName("inline"), null);
  });
});

describe("the list of models to download", () => {
  it("names one file of a model each, small to large for each purpose", () => {
    const entries = catalogue();
    for (const purpose of ["completion", "evaluation"]) {
      const sizes = entries.filter((entry) => entry.purpose === purpose).map(({bytes}) => bytes);
      assert.ok(sizes.length >= 5);
      assert.deepEqual(
        sizes,
        sizes.toSorted((a, b) => a - b)
      );
    }
    assert.equal(new Set(entries.map(({uri}) => uri)).size, entries.length);
    for (const {uri, bytes, why, free, licence} of entries) {
      const address = readAddress(uri, hub);
      assert.ok(address.type === "hubFile" && address.file.path.endsWith(".gguf") && address.file.revision === "main");
      assert.ok(bytes > 1e8 && bytes < 1e10);
      assert.match(why, /^[A-Z].*\.$/);
      assert.equal(free, ["Apache-2.0", "MIT"].includes(licence));
    }
    assert.ok(entries.filter(({purpose}) => purpose === "completion").every(({infill}) => infill));
  });

  it("has the model that the walkthrough offers, in each language", () => {
    for (const file of ["package.nls.json", "package.nls.de.json", "package.nls.zh-cn.json"]) {
      const texts: Readonly<Record<string, string>> = JSON.parse(readFileSync(path.join(root, file), "utf8"));
      const step = texts["walkthrough.firstMinutes.model.description"] ?? "";
      const [, query = ""] = /command:tokenscope\.downloadModel\?([^)]*)\)/.exec(step) ?? [];
      const [address] = JSON.parse(decodeURIComponent(query));
      const offered = catalogue().find(({uri}) => uri === address);
      assert.ok(offered?.free && step.includes(offered.name.split(" ", 2).join(" ")), `${file}: ${address}`);
    }
  });
});
