// Installs the npm packages for a VSIX according to package-lock.json, so that npm checks their checksums. node_modules
// is no substitute: it has only this machine's binaries, and may have been edited.
import {mkdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import path from "node:path";
import {npm} from "./npm.mjs";
import {root} from "./root.mjs";
import {binaryPackages, Refusal} from "./vsix.mjs";

/**
 * Installs the packages that ship on a platform, and no others, into out/packages/TARGET. Works on any machine. Returns
 * that folder, with the same layout of node_modules as here. Throws a Refusal if a package has no checksum or npm can't
 * install it.
 */
export function installPackages(target, packageLock = readJson("package-lock.json")) {
  const folder = path.join(root, "out/packages", target);
  const {manifest, lock} = shipped(target, readJson("package.json"), packageLock);
  rmSync(folder, {recursive: true, force: true});
  mkdirSync(folder, {recursive: true});
  writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest, null, 2));
  writeFileSync(path.join(folder, "package-lock.json"), JSON.stringify(lock, null, 2));
  const only = ["--omit=dev", "--omit=optional", "--omit=peer"];
  // Prefers npm's cache, so that it works without a network. Checksums guarantee the content.
  const {status, stdout, stderr} = npm(
    ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error", ...only],
    folder
  );
  if (status === 0) return folder;
  throw new Refusal(`npm could not install the packages for ${target}: ${`${stdout}${stderr}`.trim()}`);
}

/**
 * package.json and package-lock.json with a platform's binaries as dependencies; node-llama-cpp has those of all
 * platforms as optional dependencies. Throws a Refusal if a shipped package has no checksum, because npm would install
 * it unchecked.
 */
function shipped(target, {name, version, dependencies, devDependencies}, {packages, ...lock}) {
  const all = {...packages};
  const wanted = {...dependencies};
  for (const binary of binaryPackages(target)) {
    // These fields make npm refuse packages of other platforms.
    const {optional, os, cpu, libc, ...entry} = packages[`node_modules/${binary}`];
    all[`node_modules/${binary}`] = entry;
    wanted[binary] = entry.version;
  }
  for (const [folder, {integrity, dev, optional, devOptional, peer}] of Object.entries(all)) {
    if (folder === "" || dev || optional || devOptional || peer || integrity) continue;
    throw new Refusal(
      `${folder.replace(/^.*node_modules\//, "")} has no checksum in package-lock.json, so it is not packed: delete its entry` +
        " there and run `npm install --package-lock-only` with a registry that has it."
    );
  }
  const manifest = {name, version, private: true, dependencies: wanted, devDependencies};
  return {manifest, lock: {...lock, packages: {...all, "": manifest}}};
}

function readJson(file) {
  return JSON.parse(readFileSync(path.join(root, file), "utf8"));
}
