// `npm run package`: the VSIX for this platform, with the engine's runtime in it.
//
// Three things go in. Our own files are those that .vscodeignore lets through. node-llama-cpp is a package that cannot be
// bundled (it looks for its binaries beside its own files), so of it and of what it imports the very files that an import
// reaches go in, as esbuild finds them: 3 MB out of 40, without command line tools, compilers' templates and llama.cpp's
// sources. ThirdPartyNotices.txt names what of others is in both. All is laid out in a folder of its own, and vsce packs
// that folder as it is.
import {spawnSync} from "node:child_process";
import {cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from "node:fs";
import path from "node:path";
import {createVSIX, listFiles, PackageManager} from "@vscode/vsce";
import esbuild from "esbuild";
import {licenceFiles, thirdPartyNotices} from "./notices.mjs";
import {root} from "./root.mjs";
import {binaryPackages, target, vsixFile} from "./vsix.mjs";

const limitMegabytes = 120;
const staging = path.join(root, "out/vsix");
// vsce leaves out a node_modules at the top, whatever is in it; Node looks beside dist/engine.js first anyway.
const packages = "dist/node_modules";

const inputsFile = path.join(root, "out/bundled.json");
const build = spawnSync(process.execPath, ["esbuild.mjs", "--production", `--inputs=${inputsFile}`], {
  cwd: root,
  stdio: "inherit"
});
if (build.status !== 0) process.exit(1);
rmSync(staging, {recursive: true, force: true});

for (const file of await listFiles({cwd: root, packageManager: PackageManager.None})) copy(file, file);
const {files, packageFolders: copied} = await runtime();
for (const file of files) copy(file, path.join(packages, path.relative("node_modules", file)));
writeFileSync(path.join(staging, "package.json"), JSON.stringify(shippedManifest(), null, 2));
const bundled = JSON.parse(readFileSync(inputsFile, "utf8")).filter(isPackaged).map(packageFolder);
writeFileSync(path.join(staging, "ThirdPartyNotices.txt"), thirdPartyNotices(bundled, copied));
// All that is staged goes in, what vsce leaves out by itself too.
writeFileSync(path.join(staging, ".vscodeignore"), "!CONTRIBUTING.md\n");

const vsix = vsixFile();
await createVSIX({
  cwd: staging,
  packagePath: vsix,
  target,
  dependencies: false,
  // The README's pictures are in the package: they need no address of a repository.
  rewriteRelativeLinks: false,
  allowMissingRepository: true
});

const megabytes = statSync(vsix).size / 1e6;
console.log(`${path.basename(vsix)}: ${megabytes.toFixed(1)} MB (at most ${limitMegabytes} MB)`);
if (megabytes > limitMegabytes) {
  console.error("The VSIX is too large: see what has got into out/vsix.");
  process.exit(1);
}

/** The files below node_modules that `import("node-llama-cpp")` can reach, and those that it reads by name; and their packages. */
async function runtime() {
  const {metafile} = await esbuild.build({
    stdin: {contents: 'import "node-llama-cpp";', resolveDir: root},
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    outdir: "out",
    platform: "node",
    format: "esm",
    // Node knows no "module" condition; esbuild would follow it unless told which conditions there are.
    conditions: [],
    external: ["@node-llama-cpp/*"],
    // A package of prebuilt code that a package may do without.
    loader: {".node": "copy"},
    logLevel: "error"
  });
  const imported = Object.keys(metafile.inputs).filter(isPackaged);
  const packageFolders = [...new Set(imported.map(packageFolder))];
  const binaryFolders = binaryPackages().map((name) => `node_modules/${name}`);
  for (const folder of binaryFolders)
    if (!existsSync(path.join(root, folder))) throw new Error(`${folder} is missing: run npm ci.`);
  const files = [
    ...imported,
    ...new Set(imported.flatMap(packageManifests)),
    ...packageFolders.flatMap((folder) => licenceFiles(folder).map((file) => path.posix.join(folder, file))),
    ...filesIn("node_modules/node-llama-cpp/llama").filter((file) => file.endsWith(".json")),
    ...binaryFolders.flatMap((folder) => filesIn(folder, true))
  ];
  return {files, packageFolders: [...packageFolders, ...binaryFolders]};
}

function isPackaged(file) {
  return file.startsWith("node_modules/");
}

/** node_modules/a/node_modules/@b/c of node_modules/a/node_modules/@b/c/d/e.js */
function packageFolder(file) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)[0];
}

/** Every package.json that has a say in how Node reads a file: its package's, and those in folders on the way. */
function packageManifests(file) {
  const top = packageFolder(file);
  const manifests = [];
  for (let folder = path.dirname(file); folder.length >= top.length; folder = path.dirname(folder)) {
    const manifest = path.posix.join(folder, "package.json");
    if (existsSync(path.join(root, manifest))) manifests.push(manifest);
  }
  return manifests;
}

function filesIn(folder, recursive = false) {
  return readdirSync(path.join(root, folder), {withFileTypes: true, recursive})
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
}

/** package.json without what is of use in the repository only. */
function shippedManifest() {
  const {scripts, devDependencies, ...manifest} = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  return manifest;
}

function copy(from, to) {
  const destination = path.join(staging, to);
  mkdirSync(path.dirname(destination), {recursive: true});
  cpSync(path.join(root, from), destination);
}
