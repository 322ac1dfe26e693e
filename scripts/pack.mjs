// Makes a VSIX, with the engine's runtime in it.
//
// Three things go in. Our own files are those in ownFiles, with what is bundled in them: node-llama-cpp too
// (nodeLlamaCpp.mjs), of whose package only the few files go in that it reads by name. koffi is a package that cannot be
// bundled (it looks for its binaries beside its own files), so of it the very files that our programs' imports reach go
// in, as esbuild finds them. ThirdPartyNotices.txt lists the works of others in all. All files are copied to a new
// folder, which vsce packs.
import {spawnSync} from "node:child_process";
import {cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from "node:fs";
import path from "node:path";
import {createVSIX} from "@vscode/vsce";
import esbuild from "esbuild";
import {foreignCode} from "./nativeFiles.mjs";
import {licenceFiles, thirdPartyNotices} from "./notices.mjs";
import {root} from "./root.mjs";
import {binaryPackages, koffiPackage, Refusal} from "./vsix.mjs";

/**
 * Our own files that ship, by folder. An allow-list, so that new files are left out until they are named here. vsce's
 * own search would go through the whole repository, with everything in out.
 */
const ownFiles = {
  ".": /^(package\.json|package\.nls(\.[\w-]+)?\.json|LICENSE|(README|CHANGELOG|SECURITY|CONTRIBUTING)\.md)$/,
  l10n: /\.json$/,
  docs: /\.md$/,
  "docs/decisions": /\.md$/,
  bench: /^README\.md$/,
  "bench/pictures": /\.svg$/,
  media: /./,
  "media/models": /./,
  "media/readme": /./,
  "media/walkthrough": /./,
  "media/walkthrough/samples": /./,
  dist: /\.m?js$/,
  "dist/chunks": /\.js$/,
  "dist/webview": /\.(js|css)$/
};

// vsce leaves out node_modules at the top. Node looks beside dist/engine.js first anyway.
const runtimeFolder = "dist/node_modules";

/** The lists of files bundled in dist, and of imports of packages, written by esbuild.mjs. */
const bundledList = path.join(root, "out/bundled.json");

/** Builds our programs into dist, the same for all platforms. Throws a Refusal if the build fails. */
export function buildPrograms() {
  const build = spawnSync(process.execPath, ["esbuild.mjs", "--production", `--inputs=${bundledList}`], {
    cwd: root,
    stdio: "inherit"
  });
  if (build.status !== 0) throw new Refusal("The programs could not be built.");
}

/**
 * Packs a platform's VSIX from the programs of buildPrograms and the packages of installPackages. Returns the VSIX's
 * size in bytes. Throws a Refusal, and leaves no VSIX, if it has native code of another platform, if a bundled file
 * differs from its package, or if it is larger than `limit` bytes.
 */
export async function pack({target, packages, vsix, limit = 120e6}) {
  const staging = path.join(root, "out/vsix", target);
  for (const old of [staging, vsix]) rmSync(old, {recursive: true, force: true});
  const copy = (from, to) => {
    const destination = path.join(staging, to);
    mkdirSync(path.dirname(destination), {recursive: true});
    cpSync(from, destination);
  };

  const {inputs, imports} = JSON.parse(readFileSync(bundledList, "utf8"));
  const bundled = bundledFiles(inputs);
  compareBundled(bundled, packages);
  for (const [below, names] of Object.entries(ownFiles))
    for (const file of filesIn(root, below)) if (names.test(path.basename(file))) copy(path.join(root, file), file);
  const {files, packageFolders} = await runtime(packages, imports, target);
  for (const file of files)
    copy(path.join(packages, file), path.join(runtimeFolder, path.relative("node_modules", file)));
  writeFileSync(path.join(staging, "package.json"), JSON.stringify(shippedManifest(), null, 2));
  const notices = thirdPartyNotices(packages, [...new Set(bundled.map(packageFolder))], packageFolders);
  writeFileSync(path.join(staging, "ThirdPartyNotices.txt"), notices);
  // All staged files go in, also those that vsce leaves out by default.
  writeFileSync(path.join(staging, ".vscodeignore"), "!CONTRIBUTING.md\n");
  for (const file of filesIn(staging, ".", true)) {
    const kind = foreignCode(path.join(staging, file), target);
    if (kind !== undefined) throw new Refusal(`${file} is not for ${target} but ${kind}: its package can't be packed.`);
  }

  await createVSIX({
    cwd: staging,
    packagePath: vsix,
    target,
    dependencies: false,
    // The README's pictures are in the package, so they need no repository address.
    rewriteRelativeLinks: false,
    allowMissingRepository: true
  });
  const bytes = statSync(vsix).size;
  if (bytes <= limit) return bytes;
  rmSync(vsix);
  throw new Refusal(
    `The VSIX for ${target} has ${megabytes(bytes)}, more than ${megabytes(limit)}: see what has got into out/vsix/${target}.`
  );
}

/** A size: "12.3 MB". */
export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Files of packages bundled in dist, as paths that start with node_modules. */
function bundledFiles(inputs) {
  // If node_modules is a link, esbuild names its target.
  return inputs.flatMap((file) => /(?:^|\/)(node_modules\/.*)/.exec(file)?.[1] ?? []);
}

/** Throws a Refusal unless all bundled files are the same as in the packages. */
function compareBundled(bundled, packages) {
  for (const file of bundled) {
    const published = path.join(packages, file);
    if (!existsSync(published))
      throw new Refusal(`${file} is bundled, so its package belongs to the dependencies in package.json.`);
    if (!readFileSync(published).equals(readFileSync(path.join(root, file))))
      throw new Refusal(`${file} is not what package-lock.json says: run npm ci.`);
  }
}

/** Files that our programs' imports of packages can reach in a folder or that are read by name, and their packages. */
async function runtime(folder, imports, target) {
  const {metafile} = await esbuild.build({
    stdin: {contents: imports.join("\n"), resolveDir: folder},
    absWorkingDir: folder,
    bundle: true,
    write: false,
    metafile: true,
    outdir: "out",
    platform: "node",
    format: "esm",
    // Node has no "module" condition, which esbuild would follow by default.
    conditions: [],
    // Binaries are added below. node-llama-cpp asks for Electron, and goes on without it.
    external: ["@node-llama-cpp/*", "@koromix/*", "electron"],
    logLevel: "error"
  });
  const imported = Object.keys(metafile.inputs).filter((file) => file !== "<stdin>");
  const elsewhere = imported.find((file) => !file.startsWith("node_modules/"));
  if (elsewhere !== undefined) throw new Error(`${elsewhere} is imported, which is not in ${folder}.`);
  const packageFolders = [...new Set(imported.map(packageFolder))];
  const binaryFolders = binaryPackages(target).map((name) => `node_modules/${name}`);
  const files = [
    ...imported,
    ...new Set(imported.flatMap((file) => packageManifests(folder, file))),
    ...packageFolders.flatMap((one) => licenceFiles(path.join(folder, one)).map((file) => path.posix.join(one, file))),
    ...nodeLlamaCppFiles(folder),
    ...binaryFolders.flatMap((one) => binaryFiles(folder, one, target))
  ];
  return {files, packageFolders: [...packageFolders, ...binaryFolders]};
}

/** Files that node-llama-cpp reads by name, its version and llama.cpp's release, and its licence. */
function nodeLlamaCppFiles(folder) {
  const own = "node_modules/node-llama-cpp";
  const licences = licenceFiles(path.join(folder, own)).map((file) => path.posix.join(own, file));
  const releases = filesIn(folder, `${own}/llama`).filter((file) => file.endsWith(".json"));
  return [`${own}/package.json`, ...licences, ...releases];
}

/**
 * Files of a package with binaries: all, but of koffi's only what loads the binary, and the binary. For Linux it has
 * another one for musl. VS Code on such a system is another platform, with no VSIX of ours.
 */
function binaryFiles(folder, one, target) {
  if (one !== `node_modules/${koffiPackage(target)}`) return filesIn(folder, one, true);
  const names = ["package.json", "index.js", `${target.replace("-", "_")}/koffi.node`];
  return names.map((name) => path.posix.join(one, name));
}

/** A file's package: node_modules/a/node_modules/@b/c for node_modules/a/node_modules/@b/c/d/e.js. */
function packageFolder(file) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)[0];
}

/** Every package.json that affects how Node reads a file: its package's, and those in folders on the way. */
function packageManifests(folder, file) {
  const top = packageFolder(file);
  const manifests = [];
  for (let parent = path.dirname(file); parent.length >= top.length; parent = path.dirname(parent)) {
    const manifest = path.posix.join(parent, "package.json");
    if (existsSync(path.join(folder, manifest))) manifests.push(manifest);
  }
  return manifests;
}

/** Files of a folder, as paths relative to `from`. */
function filesIn(folder, below, recursive = false) {
  return readdirSync(path.join(folder, below), {withFileTypes: true, recursive})
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

/** package.json without fields that only the repository needs. */
function shippedManifest() {
  const {scripts, devDependencies, ...manifest} = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  return manifest;
}
