import {strict as assert} from "node:assert";
import * as fc from "fast-check";
import {diagnosticsText, type Facts} from "../../src/features/engineControl/diagnosticsText";
import {fileNameOnly, framesOf, hostOnly, plainName, wordOnly} from "../../src/features/engineControl/shareable";
import {modelRef} from "../harness/modelRef";

const folder = "/home/alice/.vscode/extensions/tokenscope.tokenscope-0.1.0";

const facts: Facts = {
  tokenscope: "0.1.0",
  vscode: {version: "1.95.0", ui: "desktop", language: "de"},
  host: {node: "v20.18.0", remote: undefined, kind: "ui"},
  trusted: true,
  system: {platform: "linux", arch: "x64", release: "6.1.0"},
  processor: "A Processor",
  threads: 8,
  memory: {free: 8e9, total: 16e9},
  engine: {process: "running", loading: null, loadingModel: null, unloaded: null, holding: null},
  history: {starts: 1, deathCount: 0, deaths: []},
  blamed: undefined,
  versions: {answer: {node: "v20.18.0", nodeLlamaCpp: "3.0.0", llamaCpp: "b1234"}},
  devices: {answer: []},
  settings: [],
  proxy: false,
  errors: [],
  folder,
  secrets: ["alice", "alices-laptop"]
};

describe("The diagnostics", () => {
  it("say what runs where, on what, with which settings, and what went wrong", () => {
    const text = diagnosticsText({
      ...facts,
      host: {...facts.host, remote: "ssh-remote"},
      trusted: false,
      engine: {
        ...facts.engine,
        holding: {models: [{model: modelRef("/home/alice/a.gguf"), device: "vulkan"}], memory: {ram: 9e8, vram: 2.1e9}}
      },
      history: {
        starts: 3,
        deathCount: 1,
        deaths: [{time: 0, code: null, signal: "SIGABRT", hung: false, starting: true, guardedOn: "vulkan"}]
      },
      blamed: {device: "vulkan", names: ["A GPU"], version: "0.1.0", crashes: 2, avoided: true},
      devices: {
        answer: [
          {
            device: "vulkan",
            works: true,
            inUse: true,
            names: ["A GPU", "A GPU"],
            features: [],
            total: 8e9,
            free: 6e9,
            problem: null
          },
          {
            device: "cuda",
            works: false,
            inUse: false,
            names: [],
            features: [],
            total: null,
            free: null,
            problem: "noDriver"
          }
        ]
      },
      settings: [
        {key: "tokenscope.model", value: "/home/alice/models/qwen2.5-coder_0.5b.gguf", words: undefined, where: "user"},
        {key: "tokenscope.gpu", value: "vulkan", words: ["auto", "vulkan"], where: "workspace"},
        {key: "tokenscope.modelFolders", value: ["/home/alice/models", "~/b"], words: undefined, where: "user"},
        {
          key: "tokenscope.huggingFaceEndpoint",
          value: "https://alice:hf_secret@hf-mirror.com/x?token=1",
          words: undefined,
          where: "user"
        },
        {key: "tokenscope.idleMinutes", value: 5, words: undefined, where: "user"}
      ],
      errors: [
        {time: 0, times: 7, kind: "modelMissing", name: "HumanError", code: undefined, stack: ""},
        {
          time: 1000,
          times: 1,
          kind: "bug",
          name: "TypeError",
          code: undefined,
          stack: `\n    at Thing.work (${folder}/dist/extension.js:1:234)\n    at async ${folder}/dist/chunks/a-B.js:5:6\n    at process.emit (node:events:1:1)`
        }
      ]
    });
    for (const line of [
      "| VS Code | 1.95.0, desktop, language de |",
      "| Extension host | Node v20.18.0, remote (ssh-remote), runs as ui extension |",
      "| Workspace | not trusted |",
      "| Engine | Node v20.18.0, node-llama-cpp 3.0.0, llama.cpp b1234 |",
      "| Memory | 8.0 GB of 16.0 GB free |",
      "- Vulkan: in use; A GPU; 6.0 GB of 8.0 GB free",
      "- CUDA: noDriver",
      "- crashed at the start of a model: Vulkan (A GPU), crashes: 2, the CPU is used instead",
      "- tokenscope.model (user): qwen2.5-coder_0.5b.gguf",
      "- tokenscope.gpu (workspace): vulkan",
      "- tokenscope.modelFolders (user): 2 of them",
      "- tokenscope.huggingFaceEndpoint (user): hf-mirror.com",
      "- tokenscope.idleMinutes (user): 5",
      "- holds models: 1 (Vulkan), 0.9 GB, on devices 2.1 GB",
      "- starts: 3, deaths: 1",
      "- 1970-01-01T00:00:00Z: ended with SIGABRT, while a model was starting, Vulkan is used through node-llama-cpp from then on",
      "- 1970-01-01T00:00:00Z: modelMissing, 7 times",
      "- 1970-01-01T00:00:01Z: bug TypeError",
      "  - at Thing.work (dist/extension.js:1:234)",
      "  - at dist/chunks/a-B.js:5:6"
    ])
      assert.ok(text.split("\n").includes(line), `"${line}" is not in\n${text}`);
    assert.doesNotMatch(text, /alice|secret|token=|node:events/);
  });

  it("are there when the engine can't start, and say so", () => {
    const text = diagnosticsText({
      ...facts,
      engine: {...facts.engine, process: "stopped"},
      versions: {refused: "engineStopped"},
      devices: {refused: "engineStopped"}
    });
    assert.match(text, /\| Engine \| not known: the engine did not answer \(engineStopped\) \|/);
    assert.match(text, /- state: stopped/);
  });

  it("never give away a folder, a user's name, a token or a word of a text, whatever calls itself so", () => {
    const secrets = ["alice", "alices-laptop"];
    const hostile = fc.oneof(
      fc.string({unit: "binary", maxLength: 60}),
      fc.constantFrom(
        "/home/alice/private",
        "C:\\Users\\Alice\\private",
        "\\\\alices-laptop\\share",
        "alice",
        "| a | b |\n#### c\n- d",
        "</details><script>alert(1)</script>",
        "[x](command:y) ![x](http://z) `code` $(alert)",
        "\u202e\u0000\u001b[31m\ud800"
      )
    );
    fc.assert(
      fc.property(fc.array(hostile, {minLength: 12, maxLength: 12}), (texts) => {
        const [a = "", b = "", c = "", d = "", e = "", f = "", g = "", h = "", i = "", j = "", k = "", l = ""] = texts;
        const error = (text: string) => ({
          time: 0,
          times: 1,
          kind: "bug" as const,
          name: h,
          code: i,
          stack: `secret words ${text}\n    at steal (${folder}/secret words.js:1:1)\n    at x (/home/alice/y.js:1:1)`
        });
        const text = diagnosticsText({
          ...facts,
          vscode: {...facts.vscode, version: a, language: b},
          host: {...facts.host, node: j, remote: c},
          processor: d,
          versions: {answer: {node: k, nodeLlamaCpp: e, llamaCpp: l}},
          devices: {
            answer: [
              {device: "cpu", works: true, inUse: true, names: [f], features: [g], total: 1, free: 1, problem: null}
            ]
          },
          settings: [
            {key: "tokenscope.model", value: `/home/alice/private/${a}`, words: undefined, where: "user"},
            {key: "tokenscope.gpu", value: b, words: ["auto"], where: "user"},
            {
              key: "tokenscope.npmRegistry",
              value: `https://${c}:hf_token@example.org/${d}`,
              words: undefined,
              where: "user"
            },
            {key: "tokenscope.huggingFaceEndpoint", value: e, words: undefined, where: "user"},
            {key: "tokenscope.unknown", value: f, words: undefined, where: "user"},
            {key: "tokenscope.threads", value: {[g]: h}, words: undefined, where: "user"}
          ],
          errors: [error(k), error(l)],
          secrets
        });
        assert.doesNotMatch(
          text,
          /alice|private\/|private\\|hf_token|secret words|<script|\]\(|`|\$\(alert|\/home|Users/i
        );
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for.
        assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e]/);
        assert.ok(text.isWellFormed());
        // Only our own headings, rows and items.
        assert.equal(text.match(/^#/gm)?.length, 5);
        assert.equal(text.match(/^\| /gm)?.length, 11);
      }),
      {seed: 7, numRuns: 150}
    );
  });
});

describe("What may be shared", () => {
  it("of a path is its last part, of whatever system", () => {
    for (const file of ["/home/bob/m.gguf", "C:\\Users\\bob\\m.gguf", "~/m.gguf", "m.gguf", "/models/m.gguf/"])
      assert.equal(fileNameOnly(file, ["bob"]), "m.gguf");
    assert.equal(fileNameOnly("/home/bob", ["bob"]), "(hidden)");
  });

  it("of an address is its host", () => {
    assert.equal(hostOnly("https://user:word@hub.example:8080/a?b#c", []), "hub.example");
    assert.equal(hostOnly("/home/bob", []), "(no address)");
  });

  it("of a name is what means nothing in Markdown", () => {
    assert.equal(plainName("Intel(R) Xeon(R) CPU @ 2.20GHz", []), "Intel(R) Xeon(R) CPU @ 2.20GHz");
    assert.equal(plainName("a|b`c`<d>[e]", []), "a?b?c??d??e?");
    assert.equal(plainName("GTX 1060/PCIe/SSE2 /home/x ~/y C:\\z", []), "GTX 1060/PCIe/SSE2 (path) (path) (path)");
  });

  it("of a word is the word, and of a text nothing", () => {
    assert.equal(wordOnly("ENOENT"), "ENOENT");
    assert.equal(wordOnly("two words"), undefined);
    assert.equal(wordOnly(42), undefined);
  });

  it("of a stack is what lies in our own folder", () => {
    const windows = "c:\\Users\\bob\\ext";
    assert.deepEqual(framesOf("\n    at new A.<anonymous> (C:\\Users\\bob\\ext\\dist\\x.js:1:2)", windows), [
      "A.<anonymous> (dist\\x.js:1:2)"
    ]);
    assert.deepEqual(framesOf("\n    at x (/home/bob/project/secret.js:1:2)\n    at eval (eval at y (z))", "/ext"), []);
  });
});
