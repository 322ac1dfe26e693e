// The notices that the licences of what we ship ask for, as one text.
import {existsSync, readdirSync, readFileSync} from "node:fs";
import path from "node:path";
import {root} from "./root.mjs";

/** Copyright lines of MIT packages that are published without their licence's text, from their repositories. */
const copyrights = {
  // https://github.com/microsoft/fast/blob/master/LICENSE
  "@microsoft/fast-element": "Copyright (c) Microsoft Corporation. All rights reserved.",
  "@microsoft/fast-foundation": "Copyright (c) Microsoft Corporation. All rights reserved.",
  "@microsoft/fast-web-utilities": "Copyright (c) Microsoft Corporation. All rights reserved.",
  // The heads of its sources: https://github.com/microsoft/vscode-l10n/blob/main/l10n/src/main.ts
  "@vscode/l10n": "Copyright (c) Microsoft Corporation. All rights reserved.",
  // https://github.com/steveukx/git-js/blob/main/LICENSE
  "simple-git": "Copyright (c) 2025 Steve King",
  "@simple-git/args-pathspec": "Copyright (c) 2025 Steve King",
  "@simple-git/argv-parser": "Copyright (c) 2025 Steve King"
};

const line = "-".repeat(80);

/**
 * Names every package below these folders of node_modules. `bundled` are in our own programs, without their licences:
 * a package among them whose licence's text is not known is an error. `copied` are shipped as they are.
 */
export function thirdPartyNotices(bundled, copied) {
  const bundledNotices = unique(bundled.map(describe)).map(({title, text}) => {
    if (text === undefined) throw new Error(`${title} is bundled, but its licence's text is nowhere to be found.`);
    return `${line}\n${title}\n${line}\n\n${text}\n`;
  });
  const copiedPackages = unique(copied.map(describe));
  const copiedList = copiedPackages.map(
    ({title, hasFile}) => `  ${title}${hasFile ? "" : "; published without a licence file"}`
  );
  const copiedNotices = copiedPackages
    .filter(({hasFile, text}) => !hasFile && text !== undefined)
    .map(({title, text}) => `${line}\n${title}\n${line}\n\n${text}\n`);
  return [
    "Tokenscope contains third-party software. Its own licence is in LICENSE.txt.\n",
    "In the programs in dist are, as a whole or in part:\n",
    ...bundledNotices,
    `${line}\n`,
    "In dist/node_modules are these packages, as they were published, each beside its licence file:\n",
    `${copiedList.join("\n")}\n`,
    ...copiedNotices,
    `${line}\nllama.cpp and ggml, ${llamaRelease()}, in the binaries of @node-llama-cpp (MIT)\n${line}\n`,
    `${mit("Copyright (c) 2023-2026 The ggml authors")}\n`
  ].join("\n");
}

/** The licence files of a package that lies in this folder. */
export function licenceFiles(folder) {
  return readdirSync(path.join(root, folder)).filter((file) => /^(licen[cs]e|copyright|notice(\.|$))/i.test(file));
}

function describe(folder) {
  const {name, version, license} = JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8"));
  const texts = licenceFiles(folder).map((file) => readFileSync(path.join(root, folder, file), "utf8").trim());
  const hasFile = texts.length > 0;
  if (!hasFile && license === "MIT" && name in copyrights) texts.push(mit(copyrights[name]));
  return {
    title: `${name} ${version} (${license})`,
    hasFile,
    text: hasFile || texts[0] ? texts.join("\n\n") : undefined
  };
}

/** The MIT licence as this repository has it, with someone else's name. */
function mit(copyright) {
  return readFileSync(path.join(root, "LICENSE"), "utf8")
    .replace(/^Copyright .*$/m, copyright)
    .trim();
}

function llamaRelease() {
  const file = path.join(root, "node_modules/node-llama-cpp/llama/binariesGithubRelease.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).release : "as node-llama-cpp builds it";
}

/** One of each name and version, by name: a package can lie in several folders. */
function unique(packages) {
  const byTitle = new Map(packages.map((one) => [one.title, one]));
  return [...byTitle.values()].sort((a, b) => (a.title < b.title ? -1 : 1));
}
