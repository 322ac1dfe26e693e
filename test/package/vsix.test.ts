import * as assert from "node:assert/strict";
import {spawnSync} from "node:child_process";
import {cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {root} from "../harness/paths";
import {nativeHeader, platforms, standIn} from "./nativeHeaders";
import {noNetwork, scripts} from "./scripts";
import {unzip} from "./zip";

const native = /\.(node|so|dll|dylib|exe)$/;

/**
 * Strings that show that a work is compiled into a binary, and its name in the notices. First works known to be in our
 * binaries, then those in llama.cpp's vendor folder and those that llama.cpp can be built with.
 */
const works: readonly (readonly [sign: string, name: string])[] = [
  ["nlohmann", "JSON for Modern C++"],
  ["httplib", "cpp-httplib"],
  ["subprocess_create_ex", "subprocess.h"],
  ["llamafile_sgemm", "llamafile"],
  ["ggml_rope_yarn", "YaRN"],
  ["Napi", "node-addon-api"],
  ["vk::", "Vulkan-Hpp"],
  ["ma_engine_", "miniaudio"],
  ["stbi_load", "stb_image"],
  ["XXH64_", "xxHash"],
  ["minja", "minja"],
  ["linenoise", "linenoise"],
  ["kai_run_", "KleidiAI"],
  ["llg_new_", "llguidance"],
  ["SSL_CTX_new", "OpenSSL"],
  ["curl_easy_perform", "curl"],
  ["BrotliDecoder", "Brotli"],
  ["ZSTD_decompress", "Zstandard"],
  ["inflateInit", "zlib"],
  ["GOMP_parallel", "libgomp"],
  ["__kmpc_fork", "LLVM's OpenMP"],
  ["cblas_sgemm", "BLAS"],
  ["spvValidate", "SPIRV-Tools"],
  ["shaderc_", "shaderc"]
];

describe("The VSIX", () => {
  // A hang guard: npm, esbuild and vsce work, maybe on a busy machine.

  let folder: string;
  /**
   * A folder for pack() with the bundled packages and koffi, and nearly empty files instead of all binaries.
   */
  let standIns: string;
  before(async () => {
    const {binaryPackages, koffiPackage, targets, thisTarget} = await scripts.vsix();
    assert.deepEqual(Object.keys(platforms), targets);
    folder = mkdtempSync(path.join(tmpdir(), "tokenscope-vsix-"));
    standIns = path.join(folder, "packages");
    // The packages that `npm run package` installed.
    cpSync(path.join(root, "out/packages", thisTarget), standIns, {
      recursive: true,
      filter: (file) => !/@node-llama-cpp|@koromix/.test(path.relative(root, file))
    });
    for (const target of targets)
      for (const name of binaryPackages(target)) {
        const isKoffi = name === koffiPackage(target);
        const bins = path.join(standIns, "node_modules", name, isKoffi ? target.replace("-", "_") : "bins");
        mkdirSync(bins, {recursive: true});
        writeFileSync(path.join(bins, "../package.json"), JSON.stringify({name, version: "0.0.0", license: "MIT"}));
        writeFileSync(path.join(bins, "../index.js"), "");
        for (const file of isKoffi ? ["koffi.node", "koffi.lib"] : ["llama-addon.node", "libllama.so"])
          writeFileSync(path.join(bins, file), standIn(target));
      }
  });
  after(() => rmSync(folder, {recursive: true, force: true}));

  for (const target of Object.keys(platforms))
    it(`for ${target} holds its native code alone, and names what is in it`, async function () {
      const {file, isReal} = await vsixFor(target, standIns, folder);
      if (file === undefined) {
        process.stdout.write(`      not packed: the packages for ${target} can't be fetched, there is no network\n`);
        this.skip();
      }
      const files = unzip(file);
      const manifest = files.get("extension.vsixmanifest")?.toString("utf8") ?? "";
      assert.equal(/<Identity [^>]*TargetPlatform="([^"]*)"/.exec(manifest)?.[1], target);

      const headers = [...files].map(([name, bytes]) => [name, nativeHeader(bytes)] as const);
      const ofNativeCode = headers.filter(([name, header]) => header !== undefined || native.test(name));
      assert.ok(ofNativeCode.some(([name]) => name.endsWith("/llama-addon.node")));
      assert.deepEqual(
        ofNativeCode.filter(([, header]) => header !== platforms[target]),
        []
      );
      const {binaryPackages} = await scripts.vsix();
      const packed = [...files.keys()].map((name) => /@(node-llama-cpp|koromix)\/[^/]+/.exec(name)?.[0]);
      assert.deepEqual(new Set(packed.filter((name) => name !== undefined)), new Set(binaryPackages(target)));
      assert.deepEqual([...koffiIn(files).keys()].sort(), koffiFiles(target));

      const notices = files.get("extension/ThirdPartyNotices.txt")?.toString("utf8") ?? "";
      for (const name of [...binaryPackages(target), "node-llama-cpp", "koffi", "lit", "undici"])
        assert.match(notices, new RegExp(`^(  )?${name} \\d`, "m"));
      if (!isReal) return;
      const code = ofNativeCode.map(([name]) => files.get(name) ?? Buffer.alloc(0));
      const found = works.filter(([sign]) => code.some((bytes) => bytes.includes(sign)));
      for (const [sign, name] of found) assert.ok(hasNotice(notices, name), `${sign} is in the binaries: ${name}`);
      // The list must find something, or the test proves nothing.
      const certain = works.slice(0, binaryPackages(target).some((name) => name.endsWith("vulkan")) ? 7 : 6);
      if (target.startsWith("linux"))
        assert.deepEqual(
          certain.filter((one) => !found.includes(one)),
          []
        );
    });

  it("holds all that koffi needs", async () => {
    const {vsixFile} = await scripts.vsix();
    const packages = path.join(folder, "koffi/node_modules");
    for (const [name, bytes] of koffiIn(unzip(vsixFile()))) {
      mkdirSync(path.dirname(path.join(packages, name)), {recursive: true});
      writeFileSync(path.join(packages, name), bytes);
    }
    // Without arguments, it looks up functions of this process.
    const program = 'console.log(require("koffi/indirect").load(null).func("int atoi(str)")("37"))';
    const {stdout, stderr} = spawnSync(process.execPath, ["-e", program], {
      cwd: path.dirname(packages),
      env: {...process.env, NODE_PATH: undefined},
      encoding: "utf8"
    });
    assert.equal(stderr, "");
    assert.equal(stdout, "37\n");
  });

  it("is refused with another platform's native code in it", async () => {
    const {pack} = await scripts.pack();
    const file = path.join(standIns, "node_modules/@node-llama-cpp/win-arm64/bins/libllama.so");
    const vsix = path.join(folder, "mixed.vsix");
    for (const other of ["win32-x64", "linux-arm64", "darwin-arm64"]) {
      writeFileSync(file, standIn(other));
      await assert.rejects(pack({target: "win32-arm64", packages: standIns, vsix}), {
        message: /libllama\.so is not for win32-arm64 but (PE x64|ELF arm64|Mach-O arm64)/
      });
    }
    writeFileSync(file, standIn("win32-arm64"));
    assert.ok(!existsSync(vsix));
  });

  it("is refused when it is too large", async () => {
    const {pack} = await scripts.pack();
    const vsix = path.join(folder, "large.vsix");
    await assert.rejects(pack({target: "darwin-x64", packages: standIns, vsix, limit: 1e6}), {
      message: /^The VSIX for darwin-x64 has \d+\.\d MB, more than 1\.0 MB/
    });
    assert.ok(!existsSync(vsix));
  });

  it("is refused when what was bundled is not what the lock file says", async () => {
    const {pack} = await scripts.pack();
    const file = path.join(standIns, "node_modules/lit/index.js");
    const published = readFileSync(file);
    const what = {target: "darwin-x64", packages: standIns, vsix: path.join(folder, "changed.vsix")};
    writeFileSync(file, `${published}// changed`);
    await assert.rejects(pack(what), {
      message: "node_modules/lit/index.js is not what package-lock.json says: run npm ci."
    });
    rmSync(file);
    await assert.rejects(pack(what), {message: /^node_modules\/lit\/index\.js is bundled/});
    writeFileSync(file, published);
    assert.ok(!existsSync(what.vsix));
  });
});

/**
 * A platform's VSIX. For this platform, the one that `npm run package` made before this suite. For others, a new one if
 * package-lock.json has the checksums of its packages, else one with fake packages. Undefined if npm has no network.
 */
async function vsixFor(target: string, packages: string, folder: string): Promise<{file?: string; isReal: boolean}> {
  const {binaryPackages, thisTarget, vsixFile} = await scripts.vsix();
  if (target === thisTarget) return {file: vsixFile(), isReal: true};
  const lock = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
  if (binaryPackages(target).some((name) => lock.packages[`node_modules/${name}`].integrity === undefined)) {
    const vsix = path.join(folder, `${target}.vsix`);
    await (await scripts.pack()).pack({target, packages, vsix});
    return {file: vsix, isReal: false};
  }
  const program = path.join(root, "scripts/package.mjs");
  const {status, stdout, stderr} = spawnSync(process.execPath, [program, "--target", target], {encoding: "utf8"});
  if (noNetwork.test(stderr)) return {isReal: true};
  assert.equal(status, 0, stderr);
  assert.match(stdout, new RegExp(`-${target}-[\\d.]+\\.vsix: \\d+\\.\\d MB$`, "m"));
  return {file: vsixFile(target), isReal: true};
}

/** The packages of koffi in a VSIX, as paths below node_modules. */
function koffiIn(files: ReadonlyMap<string, Buffer>): Map<string, Buffer> {
  const below = "extension/dist/node_modules/";
  return new Map(
    [...files]
      .map(([name, bytes]) => [name.slice(name.startsWith(below) ? below.length : 0), bytes] as const)
      .filter(([name]) => /koffi/.test(name))
  );
}

/** What of them ships: one binary and what loads it, no sources, documentation and tools to build it. */
function koffiFiles(target: string): string[] {
  const platform = `@koromix/koffi-${target}`;
  return [
    `${platform}/index.js`,
    `${platform}/package.json`,
    `${platform}/${target.replace("-", "_")}/koffi.node`,
    "koffi/LICENSE.txt",
    "koffi/indirect.cjs",
    "koffi/package.json",
    "koffi/src/koffi/indirect.cjs"
  ].sort();
}

/** Whether the notices have a heading for a work, and under it a copyright and a licence, or that it needs none. */
function hasNotice(notices: string, name: string): boolean {
  const line = "-".repeat(80);
  const sections = notices.split(`${line}\n`);
  const heading = sections.findIndex((section) => section.startsWith(name) && !section.trim().includes("\n"));
  const text = heading < 0 ? "" : (sections[heading + 1] ?? "");
  return /public domain/.test(text) || (/copyright/i.test(text) && /without warranty of any kind/i.test(text));
}
