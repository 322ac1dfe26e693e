import {strict as assert} from "node:assert";
import {execFileSync} from "node:child_process";
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync
} from "node:fs";
import fsPromises from "node:fs/promises";
import {tmpdir} from "node:os";
import path from "node:path";
import {findLocalModels} from "../../src/host/models/local/findLocalModels";
import {gpt4allFolder, gpt4allSettings} from "../../src/host/models/local/gpt4all";
import {HeaderCache} from "../../src/host/models/local/headerCache";
import {huggingFaceFolders} from "../../src/host/models/local/huggingFace";
import {janFolders, janSettings} from "../../src/host/models/local/jan";
import {llamaCppFolders} from "../../src/host/models/local/llamaCpp";
import {homePointer, lmStudioHomes} from "../../src/host/models/local/lmStudio";
import type {LocalModel, ModelStore, SearchEnvironment} from "../../src/host/models/local/localModel";
import {ollamaFolders} from "../../src/host/models/local/ollama";
import {filesBelow} from "../../src/host/models/local/walk";
import {fileSource} from "../../src/platform/fileSource";
import {ggufFile, text, uint} from "../harness/ggufFile";

const never = new AbortController().signal;

/** The smallest model. */
const model = ggufFile({
  entries: [
    ["general.architecture", text("llama")],
    ["general.file_type", uint(7)]
  ],
  tensors: [{name: "t", dimensions: [1]}]
});
const whole = Buffer.concat([model, Buffer.alloc(4)]);

/** A search environment with an empty home folder. */
class Home {
  readonly path = mkdtempSync(path.join(tmpdir(), "tokenscope-models-"));

  file(name: string, content: string | Uint8Array = whole): string {
    const file = path.join(this.path, name);
    mkdirSync(path.dirname(file), {recursive: true});
    writeFileSync(file, content);
    return file;
  }

  link(name: string, target: string): void {
    const file = path.join(this.path, name);
    mkdirSync(path.dirname(file), {recursive: true});
    symlinkSync(target, file);
  }

  environment(more: Partial<SearchEnvironment> = {}): SearchEnvironment {
    const downloads = path.join(this.path, "globalStorage", "models");
    return {platform: "linux", home: this.path, env: {}, folders: [], downloads, ...more};
  }

  find(more: Partial<SearchEnvironment> = {}): Promise<readonly LocalModel[]> {
    return findLocalModels(this.environment(more), never);
  }

  /** The models found, as [program, name, relative path]. */
  async found(more: Partial<SearchEnvironment> = {}): Promise<readonly (readonly [ModelStore, string, string])[]> {
    const models = await this.find(more);
    return models.map(({store, name, path: file}) => [store, name, path.relative(this.path, file)] as const);
  }

  remove(): void {
    rmSync(this.path, {recursive: true, force: true});
  }
}

const digest = (character: string): string => character.repeat(64);

function manifest(blob: string, more: object = {}): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.docker.distribution.manifest.v2+json",
    config: {mediaType: "application/vnd.docker.container.image.v1+json", digest: `sha256:${digest("f")}`, size: 483},
    layers: [
      {mediaType: "application/vnd.ollama.image.license", digest: `sha256:${digest("e")}`, size: 11_343},
      {mediaType: "application/vnd.ollama.image.model", digest: blob, size: 986_048_512},
      {mediaType: "application/vnd.ollama.image.template", digest: `sha256:${digest("d")}`, size: 1615}
    ],
    ...more
  });
}

describe("Models on this machine", () => {
  let home: Home;
  beforeEach(() => {
    home = new Home();
  });
  afterEach(() => home.remove());

  it("are none where there is nothing", async () => assert.deepEqual(await home.find(), []));

  describe("of Ollama", () => {
    const library = ".ollama/models/manifests/registry.ollama.ai/library";

    it("are named as it lists them", async () => {
      home.file(`${library}/qwen2.5-coder/1.5b`, manifest(`sha256:${digest("a")}`));
      home.file(".ollama/models/manifests/registry.ollama.ai/someone/tuned/latest", manifest(`sha256:${digest("b")}`));
      home.file(".ollama/models/manifests/hf.co/org/Model-GGUF/Q4_K_M", manifest(`sha256-${digest("c")}`));
      for (const character of "abc") home.file(`.ollama/models/blobs/sha256-${digest(character)}`);
      home.file(`.ollama/models/blobs/sha256-${digest("9")}`);
      assert.deepEqual(await home.found(), [
        ["ollama", "hf.co/org/Model-GGUF:Q4_K_M", `.ollama/models/blobs/sha256-${digest("c")}`],
        ["ollama", "qwen2.5-coder:1.5b", `.ollama/models/blobs/sha256-${digest("a")}`],
        ["ollama", "someone/tuned:latest", `.ollama/models/blobs/sha256-${digest("b")}`]
      ]);
    });

    it("are where it was told to keep them, and where its service does", async () => {
      const folder = path.join(home.path, "large disk");
      home.file("large disk/manifests/registry.ollama.ai/library/llama3/8b", manifest(`sha256:${digest("a")}`));
      home.file(`large disk/blobs/sha256-${digest("a")}`);
      const [found] = await home.find({env: {OLLAMA_MODELS: ` "${folder}" `}});
      assert.deepEqual([found?.name, found?.bytes], ["llama3:8b", whole.length]);
      // VS Code may not have the service's environment, but the settings can name its folder.
      assert.deepEqual(
        (await home.found({folders: [folder]})).map(([store, name]) => [store, name]),
        [["folder", "llama3:8b"]]
      );
      assert.ok(ollamaFolders(home.environment()).includes("/usr/share/ollama/.ollama/models"));
    });

    it("go by the name that says most where several mean one file", async () => {
      for (const tag of ["latest", "7b"]) home.file(`${library}/qwen/${tag}`, manifest(`sha256:${digest("a")}`));
      home.file(`.ollama/models/blobs/sha256-${digest("a")}`);
      assert.deepEqual(
        (await home.found()).map(([, name]) => name),
        ["qwen:7b"]
      );
    });

    it("are not what a broken or hostile manifest says", async () => {
      home.file(".ollama/models/secret.gguf");
      home.file(`.ollama/models/blobs/x`);
      home.file(`.ollama/models/blobs/sha256-${digest("a")}`);
      const bad: readonly (string | Uint8Array)[] = [
        "",
        "{",
        "null",
        "7",
        "[]",
        "{}",
        JSON.stringify({layers: "all"}),
        JSON.stringify({layers: [null, 7, {mediaType: "application/vnd.ollama.image.model"}]}),
        manifest("sha256:../../../secret.gguf"),
        manifest(`sha256:${digest("a")}/../x`),
        manifest(`sha256:${digest("b")}`),
        manifest(`sha256:${digest("a")}`, {padding: "x".repeat(2 << 20)}),
        Buffer.from([0xff, 0xfe, 0x00])
      ];
      for (const [i, content] of bad.entries()) home.file(`${library}/bad/${i}`, content);
      home.file(".ollama/models/manifests/.DS_Store", manifest(`sha256:${digest("a")}`));
      home.file(`${library}/too/deep/for/one`, manifest(`sha256:${digest("a")}`));
      mkdirSync(path.join(home.path, library, "folder", "tag"), {recursive: true});
      assert.deepEqual(await home.find(), []);
      home.file(`${library}/good/1b`, manifest(`sha256:${digest("a")}`));
      assert.deepEqual(
        (await home.found()).map(([, name]) => name),
        ["good:1b"]
      );
    });
  });

  describe("of LM Studio", () => {
    it("are in its folder, old and new, and in the one its settings name", async () => {
      home.file(".lmstudio/models/Qwen/Qwen2.5-Coder-GGUF/qwen2.5-coder-q4_k_m.gguf");
      home.file(".lmstudio/models/Qwen/Qwen2.5-VL-GGUF/mmproj-Qwen2.5-VL-f16.gguf");
      home.file(".lmstudio/models/Qwen/Qwen2.5-Coder-GGUF/downloading_other.gguf.part");
      home.file(".cache/lm-studio/models/org/name/old.gguf");
      home.file("elsewhere/org/name/moved.gguf");
      home.file(".lmstudio/settings.json", JSON.stringify({downloadsFolder: path.join(home.path, "elsewhere")}));
      assert.deepEqual(await home.found(), [
        ["lmStudio", "moved", "elsewhere/org/name/moved.gguf"],
        ["lmStudio", "old", ".cache/lm-studio/models/org/name/old.gguf"],
        ["lmStudio", "qwen2.5-coder-q4_k_m", ".lmstudio/models/Qwen/Qwen2.5-Coder-GGUF/qwen2.5-coder-q4_k_m.gguf"]
      ]);
    });

    it("are where its home was moved to", async () => {
      home.file("other home/models/org/name/a.gguf");
      home.file(".lmstudio-home-pointer", `${path.join(home.path, "other home")}\n`);
      assert.deepEqual(await home.found(), [["lmStudio", "a", "other home/models/org/name/a.gguf"]]);
    });

    it("are found in spite of settings that are none", async () => {
      home.file(".lmstudio/models/org/name/a.gguf");
      for (const settings of [
        "",
        "{",
        '{"downloadsFolder": 7}',
        '{"downloadsFolder": "relative"}',
        '{"downloadsFolder": "/\\u0000"}'
      ]) {
        home.file(".lmstudio/settings.json", settings);
        assert.equal((await home.find()).length, 1, settings);
      }
    });
  });

  describe("in the Hugging Face cache", () => {
    const repository = ".cache/huggingface/hub/models--org--Model-GGUF";

    it("are links to blobs, each blob once", async () => {
      home.file(`${repository}/blobs/${digest("a")}`);
      for (const revision of ["0123abc", "4567def"])
        home.link(`${repository}/snapshots/${revision}/model-q8_0.gguf`, `../../blobs/${digest("a")}`);
      home.link(`${repository}/snapshots/0123abc/gone.gguf`, `../../blobs/${digest("b")}`);
      home.file(`${repository}/refs/main`, "0123abc");
      home.file(".cache/huggingface/hub/datasets--org--data/snapshots/1/data.gguf");
      home.file(".cache/huggingface/hub/version.txt", "1");
      assert.deepEqual(await home.found(), [
        ["huggingFace", "model-q8_0", `${repository}/snapshots/0123abc/model-q8_0.gguf`]
      ]);
    });

    it("are files where there are no links, also in folders", async () => {
      home.file(`${repository}/snapshots/0123abc/Q4_K_M/model-00001-of-00002.gguf`);
      home.file(`${repository}/snapshots/0123abc/Q4_K_M/model-00002-of-00002.gguf`);
      const [found, ...more] = await home.find();
      assert.deepEqual([found?.name, found?.parts, found?.bytes, more], ["model", 2, 2 * whole.length, []]);
    });

    it("are in whichever place its variables name", async () => {
      home.file("hub/models--a--a/snapshots/1/a.gguf");
      home.file("hf/hub/models--b--b/snapshots/1/b.gguf");
      home.file("xdg/huggingface/hub/models--c--c/snapshots/1/c.gguf");
      const env = {
        HF_HUB_CACHE: path.join(home.path, "hub"),
        HF_HOME: "~/hf",
        XDG_CACHE_HOME: path.join(home.path, "xdg")
      };
      assert.deepEqual(
        (await home.found({env})).map(([, name]) => name),
        ["a", "b", "c"]
      );
    });
  });

  it("of llama.cpp are in its cache, in either of its layouts", async () => {
    home.file(".cache/llama.cpp/ggml-org_Qwen-GGUF_qwen-q8_0.gguf");
    home.file(".cache/llama.cpp/ggml-org_Qwen-GGUF_qwen-q8_0.gguf.json", "{}");
    home.file(".cache/llama.cpp/other.gguf.downloadInProgress");
    home.file("cache/models--ggml-org--new/snapshots/1/new.gguf");
    assert.deepEqual(await home.found({env: {LLAMA_CACHE: path.join(home.path, "cache")}}), [
      ["llamaCpp", "ggml-org_Qwen-GGUF_qwen-q8_0", ".cache/llama.cpp/ggml-org_Qwen-GGUF_qwen-q8_0.gguf"],
      ["llamaCpp", "new", "cache/models--ggml-org--new/snapshots/1/new.gguf"]
    ]);
    home.file("Library/Caches/llama.cpp/mac.gguf");
    assert.deepEqual(await home.found({platform: "darwin"}), [
      ["llamaCpp", "mac", "Library/Caches/llama.cpp/mac.gguf"]
    ]);
  });

  it("of GPT4All are in its folder and in the one its settings name", async () => {
    home.file(".local/share/nomic.ai/GPT4All/Llama-3.2-1B-Instruct-Q4_0.gguf");
    home.file(".local/share/nomic.ai/GPT4All/incomplete-Phi-3.gguf");
    home.file("mö \\ my/chosen.gguf");
    const written = `${path.join(home.path, "m")}\\xf6 \\\\ my/`;
    home.file(".config/nomic.ai/GPT4All.ini", `[General]\nchatTheme=Light\nmodelPath="${written}"\n\n[network]\nx=1\n`);
    assert.deepEqual(await home.found(), [
      ["gpt4all", "chosen", "mö \\ my/chosen.gguf"],
      ["gpt4all", "Llama-3.2-1B-Instruct-Q4_0", ".local/share/nomic.ai/GPT4All/Llama-3.2-1B-Instruct-Q4_0.gguf"]
    ]);
    home.file("Library/Application Support/nomic.ai/GPT4All/mac.gguf");
    assert.ok((await home.found({platform: "darwin"})).some(([, name]) => name === "mac"));
  });

  describe("of Jan", () => {
    it("go by the names in its manifests", async () => {
      const data = ".local/share/Jan/data";
      home.file(`${data}/llamacpp/models/org/Jan-v3-4B/Q4/model.gguf`);
      home.file(
        `${data}/llamacpp/models/org/Jan-v3-4B/Q4/model.yml`,
        "embedding: false\nmodel_path: llamacpp/models/org/Jan-v3-4B/Q4/model.gguf\nname: 'Jan ''v3'' 4B'\nsize_bytes: 64\n"
      );
      home.file(
        `${data}/llamacpp/models/imported/model.yml`,
        `model_path: "${path.join(home.path, "downloads", "imported.gguf")}"\r\nname: imported\r\n`
      );
      home.file("downloads/imported.gguf");
      home.file(`${data}/llamacpp/models/unnamed/model.gguf`);
      home.file(`${data}/llamacpp/models/unnamed/mmproj.gguf`);
      assert.deepEqual(await home.found(), [
        ["jan", "imported", "downloads/imported.gguf"],
        ["jan", "Jan 'v3' 4B", `${data}/llamacpp/models/org/Jan-v3-4B/Q4/model.gguf`],
        ["jan", "model", `${data}/llamacpp/models/unnamed/model.gguf`]
      ]);
    });

    it("are found in its older layouts", async () => {
      home.file("jan/models/llama3-8b/file.gguf");
      home.file(
        "jan/models/llama3-8b/model.json",
        JSON.stringify({
          id: "llama3-8b-instruct",
          sources: [{filename: "file.gguf"}],
          settings: {llama_model_path: "file.gguf"}
        })
      );
      home.file(".config/Jan/data/models/cortex.so/phi/1b/model.gguf");
      home.file(
        ".config/Jan/data/models/cortex.so/phi/1b/model.yml",
        "name: phi\nfiles:\n  - models/cortex.so/phi/1b/model.gguf\n"
      );
      assert.deepEqual(await home.found(), [
        ["jan", "llama3-8b-instruct", "jan/models/llama3-8b/file.gguf"],
        ["jan", "phi", ".config/Jan/data/models/cortex.so/phi/1b/model.gguf"]
      ]);
    });

    it("are in the folder that its settings name", async () => {
      home.file("moved/llamacpp/models/a/b/c.gguf");
      const settings = JSON.stringify({data_folder: path.join(home.path, "moved")});
      home.file("Library/Application Support/Jan/settings.json", settings);
      assert.deepEqual(await home.found({platform: "darwin"}), [["jan", "c", "moved/llamacpp/models/a/b/c.gguf"]]);
    });

    it("are not what a broken manifest says", async () => {
      const models = ".local/share/Jan/data/llamacpp/models";
      home.file("etc.txt");
      for (const [i, yaml] of [
        "",
        "model_path:\n",
        "model_path: ../../../../../etc.txt\n",
        "name: a\n",
        "\0"
      ].entries())
        home.file(`${models}/yml${i}/model.yml`, yaml);
      for (const [i, json] of ["", "[]", "null", '{"sources":7}', '{"settings":null,"sources":[null]}'].entries())
        home.file(`${models}/json${i}/model.json`, json);
      assert.deepEqual(await home.find(), []);
    });
  });

  describe("in the user's folders", () => {
    it("are found at whatever depth, and a file that is named itself", async () => {
      home.file("models/a.gguf");
      home.file("models/deeper/still/B.GGUF");
      home.file("single.gguf");
      home.file("models/readme.md", "no model");
      const folders = [
        path.join(home.path, "models"),
        path.join(home.path, "single.gguf"),
        path.join(home.path, "gone")
      ];
      assert.deepEqual(await home.found({folders}), [
        ["folder", "a", "models/a.gguf"],
        ["folder", "B", "models/deeper/still/B.GGUF"],
        ["folder", "single", "single.gguf"]
      ]);
    });

    it("are not projectors, adapters, vocabularies or empty files", async () => {
      const others = [
        "mmproj-model-f16.gguf",
        "x.mmproj.gguf",
        "style-lora-f16.gguf",
        "ggml-adapter-x.gguf",
        "adapter.gguf"
      ];
      const more = ["ggml-vocab-qwen2.gguf", "imatrix.gguf", "m-imatrix.gguf", "a.gguf.part", "b.gguf.ipull", "c.bin"];
      for (const name of [...others, ...more]) home.file(`models/${name}`);
      home.file("models/empty.gguf", "");
      home.file("models/tiny.gguf", "GGUF");
      const models = ["explorer-7b.gguf", "my-lora-merged-Q4_K_M.gguf", "qwen-imatrix-Q4_K_M.gguf"];
      for (const name of models) home.file(`models/${name}`);
      const found = await home.found({folders: [path.join(home.path, "models")]});
      assert.deepEqual(
        found.map(([, name]) => `${name}.gguf`),
        models
      );
    });

    it("in several files are one, with all their bytes, or none where a part is missing", async () => {
      for (let part = 1; part <= 3; part++) home.file(`models/big-0000${part}-of-00003.gguf`, Buffer.alloc(100 * part));
      utimesSync(path.join(home.path, "models/big-00002-of-00003.gguf"), 2_000_000_000, 2_000_000_000);
      home.file("models/torn-00001-of-00003.gguf");
      home.file("models/torn-00003-of-00003.gguf");
      home.file("models/endless-00001-of-99999.gguf");
      home.file("models/headless-00002-of-00002.gguf");
      assert.deepEqual(await home.find({folders: [path.join(home.path, "models")]}), [
        {
          path: path.join(home.path, "models/big-00001-of-00003.gguf"),
          name: "big",
          store: "folder",
          bytes: 600,
          parts: 3,
          modified: 2_000_000_000_000
        }
      ]);
    });

    it("are each there once, under the name of the program that has them", async () => {
      const blob = home.file(`.ollama/models/blobs/sha256-${digest("a")}`);
      home.file(".ollama/models/manifests/registry.ollama.ai/library/m/1b", manifest(`sha256:${digest("a")}`));
      home.link("models/link.gguf", blob);
      linkSync(blob, path.join(home.path, "models/hard.gguf"));
      home.file("models/own.gguf");
      const models = path.join(home.path, "models");
      const found = await home.found({folders: [models, models, home.path]});
      assert.deepEqual(
        found.map(([store, name]) => [store, name]),
        [
          ["ollama", "m:1b"],
          ["folder", "own"]
        ]
      );
    });

    it("are found in spite of loops, broken links, pipes and names that are none", async () => {
      home.file("models/a/b/good.gguf");
      home.link("models/a/b/up", "../..");
      home.link("models/self", "self");
      home.link("models/ping", "pong");
      home.link("models/pong", "ping");
      home.link("models/gone.gguf", "nowhere");
      home.link("models/folder.gguf", "a");
      home.file(`models/${"x".repeat(200)}.gguf`);
      mkdirSync(path.join(home.path, "models/dir.gguf"));
      execFileSync("mkfifo", [path.join(home.path, "models/pipe.gguf")]);
      home.file("models/\x1b[31m\u202ered.gguf");
      const found = await home.found({folders: [path.join(home.path, "models")]});
      const isGood = (name: string) => name === "good.gguf";
      assert.equal((await filesBelow(path.join(home.path, "models"), 20, isGood, never)).length, 1);
      assert.deepEqual(found.map(([, name]) => name).sort(), ["\x1b[31m\u202ered", "good", "x".repeat(200)]);
    });

    it("are found beside what can't be read", async () => {
      home.file("models/good.gguf");
      // A file where a folder is expected, a name that is too long, and a link to itself.
      const folders = ["models", "models/good.gguf/below", "x".repeat(300), "loop"].map((name) =>
        path.join(home.path, name)
      );
      home.link("loop", "loop");
      home.file(".lmstudio/models", "no folder");
      home.file(".ollama", "no folder");
      home.link(".cache", "nowhere");
      mkdirSync(path.join(home.path, ".local/share/Jan/data/llamacpp/models/x/model.yml"), {recursive: true});
      assert.deepEqual(await home.found({folders}), [["folder", "good", "models/good.gguf"]]);
    });

    it("are looked for no deeper and no longer than is sensible", async () => {
      home.file(`models/${"d/".repeat(7)}eight.gguf`);
      home.file(`models/${"d/".repeat(8)}nine.gguf`);
      home.file("models/node_modules/package/model.gguf");
      const found = await home.found({folders: [path.join(home.path, "models")]});
      assert.deepEqual(
        found.map(([, name]) => name),
        ["eight"]
      );
    });
  });

  it("are found where looking for others fails", async () => {
    home.file(".lmstudio/models/a/a/a.gguf");
    const environment = {
      ...home.environment(),
      folders: undefined,
      downloads: undefined
    } as unknown as SearchEnvironment;
    assert.deepEqual(
      (await findLocalModels(environment, never)).map(({name}) => name),
      ["a"]
    );
    assert.equal((await home.find({folders: ["\0", home.path]})).length, 1);
  });

  it("that Tokenscope downloaded come first", async () => {
    home.file("globalStorage/models/mine.gguf");
    home.file("globalStorage/models/mine.gguf.ipull");
    home.file(".lmstudio/models/a/a/a.gguf");
    assert.deepEqual(
      (await home.found()).map(([store, name]) => [store, name]),
      [
        ["tokenscope", "mine"],
        ["lmStudio", "a"]
      ]
    );
  });

  it("are listed without opening any of them", async () => {
    for (let i = 0; i < 1000; i++) home.file(`models/${i % 10}/model ${i}.gguf`, Buffer.alloc(24));
    const {open} = fsPromises;
    const opened: unknown[] = [];
    fsPromises.open = (file, ...more) => {
      opened.push(file);
      return open(file, ...more);
    };
    try {
      const models = await home.find({folders: [path.join(home.path, "models")]});
      assert.equal(models.length, 1000);
      assert.deepEqual(
        models.slice(0, 3).map(({name}) => name),
        ["model 0", "model 1", "model 2"]
      );
      assert.deepEqual(opened, []);
      // Proves that the test would have noticed an opened file.
      await (await fileSource(path.join(home.path, "models/7/model 7.gguf"))).close();
      assert.equal(opened.length, 1);
    } finally {
      fsPromises.open = open;
    }
  });

  it("are no longer looked for when nobody waits", async () => {
    home.file("models/a.gguf");
    const stop = new AbortController();
    const finding = findLocalModels(home.environment({folders: [path.join(home.path, "models")]}), stop.signal);
    stop.abort();
    await assert.rejects(finding, {name: "AbortError"});
    await assert.rejects(
      filesBelow(home.path, 3, () => true, stop.signal),
      {name: "AbortError"}
    );
  });
});

describe("Where programs keep their models", () => {
  const at = (platform: NodeJS.Platform, home: string, env: SearchEnvironment["env"] = {}): SearchEnvironment => ({
    platform,
    home,
    env,
    folders: [],
    downloads: ""
  });
  const linux = at("linux", "/home/me");
  const mac = at("darwin", "/Users/me");
  const windows = at("win32", "C:\\Users\\me", {
    APPDATA: "C:\\Users\\me\\AppData\\Roaming",
    LOCALAPPDATA: "D:\\Local"
  });

  it("is where each system has it", () => {
    assert.equal(ollamaFolders(linux)[0], "/home/me/.ollama/models");
    assert.deepEqual(ollamaFolders(mac), ["/Users/me/.ollama/models"]);
    assert.deepEqual(ollamaFolders(windows), ["C:\\Users\\me\\.ollama\\models"]);

    assert.deepEqual(lmStudioHomes(linux), ["/home/me/.lmstudio", "/home/me/.cache/lm-studio"]);
    assert.deepEqual(lmStudioHomes(windows), ["C:\\Users\\me\\.lmstudio", "C:\\Users\\me\\.cache\\lm-studio"]);
    assert.equal(homePointer(mac), "/Users/me/.lmstudio-home-pointer");

    assert.deepEqual(huggingFaceFolders(linux), ["/home/me/.cache/huggingface/hub"]);
    assert.deepEqual(huggingFaceFolders(windows), ["C:\\Users\\me\\.cache\\huggingface\\hub"]);

    assert.deepEqual(llamaCppFolders(linux), ["/home/me/.cache/llama.cpp"]);
    assert.deepEqual(llamaCppFolders(mac), ["/Users/me/Library/Caches/llama.cpp"]);
    assert.deepEqual(llamaCppFolders(windows), ["D:\\Local\\llama.cpp"]);

    assert.equal(gpt4allFolder(linux), "/home/me/.local/share/nomic.ai/GPT4All");
    assert.equal(gpt4allFolder(mac), "/Users/me/Library/Application Support/nomic.ai/GPT4All");
    assert.equal(gpt4allFolder(windows), "D:\\Local\\nomic.ai\\GPT4All");
    assert.equal(gpt4allSettings(linux), "/home/me/.config/nomic.ai/GPT4All.ini");
    assert.equal(gpt4allSettings(windows), "C:\\Users\\me\\AppData\\Roaming\\nomic.ai\\GPT4All.ini");

    assert.deepEqual(janFolders(linux), [
      "/home/me/.local/share/Jan/data",
      "/home/me/.config/Jan/data",
      "/home/me/jan"
    ]);
    assert.equal(janFolders(mac)[0], "/Users/me/Library/Application Support/Jan/data");
    assert.equal(janFolders(windows)[0], "C:\\Users\\me\\AppData\\Roaming\\Jan\\data");
    assert.equal(janSettings(windows)[0], "C:\\Users\\me\\AppData\\Roaming\\Jan\\settings.json");
  });

  it("is where the environment says first", () => {
    const told = at("linux", "/home/me", {
      OLLAMA_MODELS: "/o",
      HF_HUB_CACHE: "/h1",
      HUGGINGFACE_HUB_CACHE: "/h2",
      HF_HOME: "/h3",
      XDG_CACHE_HOME: "/c",
      XDG_DATA_HOME: "/d",
      XDG_CONFIG_HOME: "/s",
      LLAMA_CACHE: "/l",
      JAN_DATA_FOLDER: "/j"
    });
    assert.equal(ollamaFolders(told)[0], "/o");
    const hub = ["/h1", "/h2", "/h3/hub", "/c/huggingface/hub", "/home/me/.cache/huggingface/hub"];
    assert.deepEqual(huggingFaceFolders(told), hub);
    assert.deepEqual(llamaCppFolders(told), ["/l", "/c/llama.cpp"]);
    assert.deepEqual([gpt4allFolder(told), gpt4allSettings(told)], ["/d/nomic.ai/GPT4All", "/s/nomic.ai/GPT4All.ini"]);
    assert.deepEqual(janFolders(told).slice(0, 2), ["/j", "/d/Jan/data"]);
    const drive = at("win32", "C:\\Users\\me", {OLLAMA_MODELS: "E:/models", HF_HOME: "~\\hf", LLAMA_CACHE: "relative"});
    assert.equal(ollamaFolders(drive)[0], "E:\\models");
    assert.equal(huggingFaceFolders(drive)[0], "C:\\Users\\me\\hf\\hub");
    assert.deepEqual(llamaCppFolders(drive), ["C:\\Users\\me\\AppData\\Local\\llama.cpp"]);
  });
});

describe("What headers say", () => {
  let home: Home;
  let file: string;
  let cache: HeaderCache;
  beforeEach(() => {
    home = new Home();
    file = path.join(home.path, "cache", "headers.json");
    cache = new HeaderCache(file);
  });
  afterEach(() => {
    cache.dispose();
    home.remove();
  });

  const listed = async (): Promise<readonly LocalModel[]> => home.find({folders: [path.join(home.path, "models")]});
  const only = async (): Promise<LocalModel> => {
    const [one, ...more] = await listed();
    assert.ok(one !== undefined && more.length === 0);
    return one;
  };

  it("is read once, and known to the next session", async () => {
    const source = home.file("models/a.gguf");
    const local = await only();
    assert.equal(cache.known(local), undefined);
    const facts = await cache.facts(local);
    assert.deepEqual([facts?.architecture, facts?.quantization], ["llama", "Q8_0"]);
    assert.equal(cache.known(local), facts);
    await cache.save();

    // The file has changed but looks the same, so only the cache can know.
    writeFileSync(source, Buffer.alloc(whole.length));
    const next = new HeaderCache(file);
    assert.equal(next.known(local), undefined);
    await next.load();
    assert.deepEqual(next.known(local), facts);
    assert.deepEqual(await next.facts(local), facts);
    assert.deepEqual(readdirSync(path.dirname(file)), ["headers.json"]);
  });

  it("is read again when the file changed", async () => {
    const source = home.file("models/a.gguf");
    const before = await only();
    await cache.facts(before);
    const other = ggufFile({entries: [["general.architecture", text("qwen2")]]});
    for (const change of [() => writeFileSync(source, other), () => utimesSync(source, 1_000_000_000, 1_000_000_000)]) {
      change();
      const after = await only();
      assert.equal(cache.known(after), undefined);
      assert.equal((await cache.facts(after))?.architecture, "qwen2");
    }
  });

  it("is nothing for what is no model, and remembered", async () => {
    home.file("models/text.gguf", "no model at all, but long enough");
    home.file("models/cut.gguf", whole.subarray(0, 60));
    home.file("models/weightless.gguf", model);
    home.file("models/projector.gguf", ggufFile({entries: [["general.architecture", text("clip")]], tensors: []}));
    const models = await listed();
    assert.equal(models.length, 4);
    for (const one of models) {
      assert.equal(await cache.facts(one), null, one.name);
      assert.equal(cache.known(one), null, one.name);
    }
  });

  it("is asked for again where the file couldn't be read", async () => {
    const source = home.file("models/a.gguf");
    const local = await only();
    rmSync(source);
    assert.equal(await cache.facts(local), null);
    assert.equal(cache.known(local), undefined);
  });

  it("is of all parts", async () => {
    for (const number of [0, 1])
      home.file(
        `models/m-0000${number + 1}-of-00002.gguf`,
        Buffer.concat([
          ggufFile({
            entries: [
              ["general.architecture", text("llama")],
              ["split.count", {type: "uint16", value: 2}]
            ],
            tensors: [{name: `blk.${number}`, dimensions: [10]}]
          }),
          Buffer.alloc(40)
        ])
      );
    const facts = await cache.facts(await only());
    assert.deepEqual([facts?.parameters, facts?.tensorBytes], [20, 80]);
  });

  it("is kept in a file that may be damaged, and then is no more", async () => {
    home.file("models/a.gguf");
    const local = await only();
    await cache.facts(local);
    await cache.save();
    const good = readFileSync(file, "utf8");
    const damaged = [
      "",
      "{",
      "null",
      "[]",
      good.slice(0, -10),
      good.replace('"format":1', '"format":0'),
      '{"format":1,"entries":7}'
    ];
    const entries = [[1], ["a"], [local.path, null], [local.path, {...local, facts: {architecture: 7}}]];
    const lines = (some: readonly unknown[]): string =>
      `{"format":1,"entries":[\n${some.map((entry) => JSON.stringify(entry)).join(",\n")}\n]}\n`;
    // This is the right format, so the others fail for their content and not for their format.
    assert.equal(good, lines(JSON.parse(good).entries));
    for (const content of [...damaged, ...entries.map((entry) => lines([entry])), "\0".repeat(100)]) {
      writeFileSync(file, content);
      const next = new HeaderCache(file);
      await next.load();
      assert.equal(next.known(local), undefined, content);
      assert.equal((await next.facts(local))?.architecture, "llama");
      next.dispose();
      await next.save();
    }
  });

  it("is kept without what a session left beside it that died while it wrote", async () => {
    home.file("models/a.gguf");
    await cache.facts(await only());
    const [abandoned, others] = ["headers.json.1.part", "headers.json.2.part"].map((name) =>
      home.file(`cache/${name}`, "{")
    ) as [string, string];
    const before = Date.now() / 1000 - 120;
    utimesSync(abandoned, before, before);
    await cache.save();
    assert.deepEqual(readdirSync(path.dirname(file)).sort(), ["headers.json", path.basename(others)]);
  });

  it("is still known where it can't be kept", async () => {
    home.file("models/a.gguf");
    home.file("taken", "");
    const unwritable = new HeaderCache(path.join(home.path, "taken", "headers.json"));
    const local = await only();
    const facts = await unwritable.facts(local);
    await unwritable.save();
    assert.equal(unwritable.known(local), facts);
  });

  it("is kept for the models used last", async () => {
    home.file("models/a.gguf");
    const local = await only();
    const many = Array.from({length: 2100}, (_, i) => ({...local, path: path.join(home.path, `gone ${i}`)}));
    writeFileSync(path.join(home.path, "models/b.gguf"), "no model, and remembered as such");
    await cache.facts(local);
    // An entry for a file that is no model counts too.
    for (const [i, one] of many.entries()) {
      linkSync(local.path, one.path);
      await cache.facts(one);
      if (i === 1500) await cache.facts(local);
    }
    assert.ok(cache.known(local));
    assert.equal(many.filter((one) => cache.known(one) === undefined).length, 101);
  });

  it("is not read for someone who no longer waits", async () => {
    home.file("models/a.gguf");
    const local = await only();
    const stop = new AbortController();
    const reading = cache.facts(local, stop.signal);
    stop.abort();
    await assert.rejects(reading, {name: "AbortError"});
    assert.equal((await cache.facts(local))?.architecture, "llama");
  });

  it("of a thousand models is known without reading any again", async () => {
    for (let i = 0; i < 1000; i++) home.file(`models/${i}.gguf`);
    const models = await listed();
    await Promise.all(models.map((one) => cache.facts(one)));
    await cache.save();
    const next = new HeaderCache(file);
    await next.load();
    // The files' content is gone.
    for (const one of models) truncateSync(one.path, 0);
    assert.equal(models.filter((one) => next.known(one)?.architecture === "llama").length, 1000);
  });
});

describe("A file", () => {
  it("is read in places", async () => {
    const home = new Home();
    try {
      const source = await fileSource(home.file("a", "0123456789"));
      assert.equal(source.size, 10);
      assert.equal(Buffer.from(await source.read(3, 4)).toString(), "3456");
      assert.equal(Buffer.from(await source.read(8, 100)).toString(), "89");
      await source.close();
      await assert.rejects(fileSource(home.path));
      await assert.rejects(fileSource(path.join(home.path, "gone")), {code: "ENOENT"});
      execFileSync("mkfifo", [path.join(home.path, "pipe")]);
      await assert.rejects(fileSource(path.join(home.path, "pipe")));
    } finally {
      home.remove();
    }
  });
});
