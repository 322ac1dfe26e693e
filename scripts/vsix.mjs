import {readFileSync} from "node:fs";
import path from "node:path";
import {root} from "./root.mjs";

/** node-llama-cpp's binaries for each platform that VS Code has a name for. CUDA's 540 MB never ship. */
const binaries = {
  "linux-x64": ["linux-x64", "linux-x64-vulkan"],
  "linux-arm64": ["linux-arm64"],
  "linux-armhf": ["linux-armv7l"],
  "darwin-arm64": ["mac-arm64-metal"],
  "darwin-x64": ["mac-x64"],
  "win32-x64": ["win-x64", "win-x64-vulkan"],
  "win32-arm64": ["win-arm64"]
};

/** This platform by VS Code's name. */
export const target = `${process.platform}-${process.arch === "arm" ? "armhf" : process.arch}`;

/** The npm packages that hold this platform's binaries. */
export function binaryPackages() {
  const names = binaries[target];
  if (names === undefined) throw new Error(`node-llama-cpp has no binaries for ${target}.`);
  return names.map((name) => `@node-llama-cpp/${name}`);
}

/** Where `npm run package` leaves the VSIX for this platform. */
export function vsixFile() {
  const {name, version} = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  return path.join(root, `${name}-${target}-${version}.vsix`);
}
