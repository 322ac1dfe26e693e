// The VSIX files: one for each platform.
import {readFileSync} from "node:fs";
import path from "node:path";
import {root} from "./root.mjs";

/**
 * node-llama-cpp's binaries for each platform, by VS Code's name for it. CUDA's 540 MB never ship. linux-armhf is
 * missing, because version 3.22.1 of @node-llama-cpp/linux-armv7l has binaries for arm64.
 */
const binaries = {
  "linux-x64": ["linux-x64", "linux-x64-vulkan"],
  "linux-arm64": ["linux-arm64"],
  "win32-x64": ["win-x64", "win-x64-vulkan"],
  "win32-arm64": ["win-arm64"],
  "darwin-x64": ["mac-x64"],
  "darwin-arm64": ["mac-arm64-metal"]
};

/** The platforms with a VSIX. */
export const targets = Object.keys(binaries);

/** This platform, supported or not. */
export const thisTarget = `${process.platform}-${process.arch}`;

/** An error for people: one sentence with the reason and what to do. */
export class Refusal extends Error {}

/** The npm packages with a platform's binaries, node-llama-cpp's and koffi's. Throws a Refusal if there are none. */
export function binaryPackages(target) {
  if (!targets.includes(target))
    throw new Refusal(`There is no VSIX for ${target}: choose a --target from ${targets.join(", ")}.`);
  return [...binaries[target].map((name) => `@node-llama-cpp/${name}`), koffiPackage(target)];
}

/** The npm package with koffi's binary for a platform. koffi has one for each of ours, under VS Code's name for it. */
export function koffiPackage(target) {
  return `@koromix/koffi-${target}`;
}

/** The file of a platform's VSIX, written by `npm run package`. */
export function vsixFile(target = thisTarget) {
  const {name, version} = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  return path.join(root, `${name}-${target}-${version}.vsix`);
}
