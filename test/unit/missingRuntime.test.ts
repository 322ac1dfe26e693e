import {strict as assert} from "node:assert";
import {readdirSync, readFileSync} from "node:fs";
import path from "node:path";
import {type Machine, neededGlibc, wordsFor} from "../../src/engine/llama/devices/missingRuntime";
import {root} from "../harness/paths";

describe("Where llama.cpp does not load, a sentence", () => {
  const fine: Machine = {
    system: "linux-x64",
    supported: true,
    installed: true,
    glibc: "2.36",
    reasons: [],
    killed: null
  };

  it("tells what stands in the way, and what to do", () => {
    const missing = "linux-x64: libstdc++.so.6: cannot open shared object file: No such file or directory";
    const old =
      "linux-x64: /lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by /x/llama-addon.node)";
    const cases: readonly [Partial<Machine>, RegExp][] = [
      [
        {system: "freebsd-x64", supported: false, glibc: undefined},
        /no build for .*\(freebsd-x64\): use .* another machine/
      ],
      [{system: "linux-riscv64", supported: false}, /no build for .*\(linux-riscv64\)/],
      [{installed: false}, /no llama.cpp for .*\(linux-x64\): install the package that was made for it/],
      [{glibc: null}, /another C library \(musl\?\): use a system or container with glibc/],
      [{glibc: "2.31"}, /glibc 2\.34 or later, and this system has 2\.31: use a newer system/],
      [{glibc: "2.9"}, /this system has 2\.9:/],
      [{killed: "SIGILL"}, /instruction that this processor, or virtual machine, does not have/],
      [{reasons: [missing]}, /needs libstdc\+\+\.so\.6, which was not found: install/],
      [{reasons: ["linux-x64: libgomp.so.1: cannot open shared object file: No such file"]}, /needs libgomp\.so\.1,/],
      [{reasons: [old]}, /newer C\+\+ library than this system's \(GLIBCXX_3\.4\.30\)/],
      [{reasons: ["linux-x64: /x/llama-addon.node: invalid ELF header"]}, /damaged, or made for another machine/],
      [{reasons: ["linux-x64: /x/llama-addon.node: file too short"]}, /install Tokenscope again/],
      [{reasons: ["linux-x64: /x/llama-addon.node: cannot open shared object file: No such file"]}, /damaged/],
      [{reasons: ["something else"]}, /could not be loaded: install/],
      [{killed: "SIGSEGV"}, /could not be loaded: install/],
      [{system: "darwin-arm64", glibc: undefined}, /could not be loaded: install/]
    ];
    for (const [machine, words] of cases) {
      const sentence = wordsFor({...fine, ...machine});
      assert.match(sentence, words);
      assert.match(sentence, /^[^\n]{20,220}: [^\n]{10,120}\.$/);
    }
  });

  it("asks for the C library that the binaries ask for", () => {
    const packages = path.join(root, "node_modules/@node-llama-cpp");
    const binaries = readdirSync(packages, {recursive: true, encoding: "utf8"}).filter((name) =>
      /^linux-[^/]+\/bins\/.*(addon\.node|\/libggml-base\.so|\/libllama[^/]*\.so)$/.test(name)
    );
    const versions = binaries.flatMap((name) =>
      // The string table contains version names as plain text.
      Array.from(readFileSync(path.join(packages, name), "latin1").matchAll(/GLIBC_2\.(\d+)/g), ([, minor]) =>
        Number(minor)
      )
    );
    if (process.platform === "linux") assert.ok(versions.length > 0);
    if (versions.length > 0) assert.equal(`2.${Math.max(...versions)}`, neededGlibc);
  });
});
