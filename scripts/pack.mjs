// Makes a VSIX, with the engine's runtime in it.
//
// Three things go in. Our own files are those that ownFiles lets through. node-llama-cpp is a package that cannot be
// bundled (it looks for its binaries beside its own files), so of it and of what it imports the very files that an import
// reaches go in, as esbuild finds them: 3 MB out of 40, without command line tools, compilers' templates and llama.cpp's
// sources. ThirdPartyNotices.txt names what of others is in both. All is laid out in a folder of its own, and vsce packs
// that folder as it is.
import {spawnSync} from "node:child_process";
import {cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from "node:fs";
import path from "node:path";
import {createVSIX} from "@vscode/vsce";
import esbuild from "esbuild";
import {foreignCode} from "./nativeFiles.mjs";
import {licenceFiles, thirdPartyNotices} from "./notices.mjs";
import {root} from "./root.mjs";
import {binaryPackages, Refusal} from "./vsix.mjs";

/**
 * What of our own files ships, by folder. An allow-list: what is new is left out until it is named here. vsce's own way to list files would
 * go through the whole repository, with all that is in out.
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
  dist: /\.js$/,
  "dist/chunks": /\.js$/,
  "dist/webview": /\.(js|css)$/
};

// vsce leaves out a node_modules at the top, whatever is in it; Node looks beside dist/engine.js first anyway.
const runtimeFolder = "dist/node_modules";

/** What of packages is bundled in dist, as esbuild.mjs writes it down. */
const bundledList = path.join(root, "out/bundled.json");

/** Builds our programs into dist: the same for all platforms. Throws a Refusal where they can't be built. */
export function buildPrograms() {
  const build = spawnSync(process.execPath, ["esbuild.mjs", "--production", `--inputs=${bundledList}`], {
    cwd: root,
    stdio: "inherit"
  });
  if (build.status !== 0) throw new Refusal("The programs could not be built.");
}

/**
 * Packs one platform's VSIX, out of what buildPrograms has built and a folder with the packages that ship there
 * (installPackages). Returns the VSIX's bytes. Throws a Refusal, and leaves no VSIX, where it would hold another platform's native code, where a
 * file that is bundled is not the package's, and where it is larger than `limit` bytes.
 */
export async function pack({target, packages, vsix, limit = 120e6}) {
  const staging = path.join(root, "out/vsix", target);
  for (const old of [staging, vsix]) rmSync(old, {recursive: true, force: true});
  const copy = (from, to) => {
    const destination = path.join(staging, to);
    mkdirSync(path.dirname(destination), {recursive: true});
    cpSync(from, destination);
  };

  const bundled = bundledFiles();
  compareBundled(bundled, packages);
  for (const [below, names] of Object.entries(ownFiles))
    for (const file of filesIn(root, below)) if (names.test(path.basename(file))) copy(path.join(root, file), file);
  const {files, packageFolders} = await runtime(packages, target);
  for (const file of files)
    copy(path.join(packages, file), path.join(runtimeFolder, path.relative("node_modules", file)));
  writeFileSync(path.join(staging, "package.json"), JSON.stringify(shippedManifest(), null, 2));
  const notices = thirdPartyNotices(packages, [...new Set(bundled.map(packageFolder))], packageFolders);
  writeFileSync(path.join(staging, "ThirdPartyNotices.txt"), notices);
  // All that is staged goes in, what vsce leaves out by itself too.
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
    // The README's pictures are in the package: they need no address of a repository.
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

/** "12.3 MB" */
export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** The files of packages that are bundled in dist, as paths that begin with node_modules. */
function bundledFiles() {
  // Where node_modules is a link, esbuild names what it leads to.
  const inputs = JSON.parse(readFileSync(bundledList, "utf8"));
  return inputs.flatMap((file) => /(?:^|\/)(node_modules\/.*)/.exec(file)?.[1] ?? []);
}

/** Throws a Refusal unless what was bundled out of node_modules is what the packages hold. */
function compareBundled(bundled, packages) {
  for (const file of bundled) {
    const published = path.join(packages, file);
    if (!existsSync(published))
      throw new Refusal(`${file} is bundled, so its package belongs to the dependencies in package.json.`);
    if (!readFileSync(published).equals(readFileSync(path.join(root, file))))
      throw new Refusal(`${file} is not what package-lock.json says: run npm ci.`);
  }
}

/** The files that `import("node-llama-cpp")` can reach in a folder, and those that it reads by name; and their packages. */
async function runtime(folder, target) {
  const {metafile} = await esbuild.build({
    stdin: {contents: 'import "node-llama-cpp";', resolveDir: folder},
    absWorkingDir: folder,
    bundle: true,
    write: false,
    metafile: true,
    outdir: "out",
    platform: "node",
    format: "esm",
    // Node knows no "module" condition; esbuild would follow it unless told which conditions there are.
    conditions: [],
    // Not packed: native code that a downloader of node-llama-cpp's uses, which we don't, and colours that debug does without.
    external: ["@node-llama-cpp/*", "@reflink/reflink", "supports-color"],
    logLevel: "error"
  });
  const imported = Object.keys(metafile.inputs).filter((file) => file !== "<stdin>");
  const elsewhere = imported.find((file) => !file.startsWith("node_modules/"));
  if (elsewhere !== undefined) throw new Error(`node-llama-cpp imports ${elsewhere}, which is not in ${folder}.`);
  const packageFolders = [...new Set(imported.map(packageFolder))];
  const binaryFolders = binaryPackages(target).map((name) => `node_modules/${name}`);
  const files = [
    ...imported,
    ...new Set(imported.flatMap((file) => packageManifests(folder, file))),
    ...packageFolders.flatMap((one) => licenceFiles(path.join(folder, one)).map((file) => path.posix.join(one, file))),
    ...filesIn(folder, "node_modules/node-llama-cpp/llama").filter((file) => file.endsWith(".json")),
    ...binaryFolders.flatMap((one) => filesIn(folder, one, true))
  ];
  return {files, packageFolders: [...packageFolders, ...binaryFolders]};
}

/** node_modules/a/node_modules/@b/c of node_modules/a/node_modules/@b/c/d/e.js */
function packageFolder(file) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)[0];
}

/** Every package.json that has a say in how Node reads a file: its package's, and those in folders on the way. */
function packageManifests(folder, file) {
  const top = packageFolder(file);
  const manifests = [];
  for (let parent = path.dirname(file); parent.length >= top.length; parent = path.dirname(parent)) {
    const manifest = path.posix.join(parent, "package.json");
    if (existsSync(path.join(folder, manifest))) manifests.push(manifest);
  }
  return manifests;
}

/** The files of a folder below another, by their paths there. */
function filesIn(folder, below, recursive = false) {
  return readdirSync(path.join(folder, below), {withFileTypes: true, recursive})
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

/** package.json without what is of use in the repository only. */
function shippedManifest() {
  const {scripts, devDependencies, ...manifest} = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  return manifest;
}
