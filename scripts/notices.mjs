// Makes the text of the notices that the licences of shipped code require.
import {readdirSync, readFileSync} from "node:fs";
import path from "node:path";
import {root} from "./root.mjs";
import {koffiPackage, targets} from "./vsix.mjs";

/** Copyright lines, from their repositories, of MIT packages published without a licence file. */
const copyrights = {
  // https://github.com/microsoft/fast/blob/master/LICENSE
  "@microsoft/fast-element": "Copyright (c) Microsoft Corporation. All rights reserved.",
  "@microsoft/fast-foundation": "Copyright (c) Microsoft Corporation. All rights reserved.",
  "@microsoft/fast-web-utilities": "Copyright (c) Microsoft Corporation. All rights reserved.",
  // The heads of its sources: https://github.com/microsoft/vscode-l10n/blob/main/l10n/src/main.ts
  "@vscode/l10n": "Copyright (c) Microsoft Corporation. All rights reserved.",
  // koffi's own LICENSE.txt.
  ...Object.fromEntries(targets.map((target) => [koffiPackage(target), "Copyright (C) 2026  Niels Martignène"]))
};

const nodeAddonApi = {
  title: "node-addon-api",
  licence: "MIT",
  copyright: "Copyright (c) 2017 [Node.js API collaborators](https://github.com/nodejs/node-addon-api#collaborators)"
};

/**
 * Works of others compiled into llama.cpp's binaries, as its sources name them (vendor, licenses, heads and comments of
 * files), with their copyright lines. Works that are not built for node-llama-cpp (miniaudio, stb, xxHash, KleidiAI)
 * are not listed. test/package/vsix.test.ts checks the binaries.
 */
const compiledIn = [
  {title: "llama.cpp and ggml", licence: "MIT", copyright: "Copyright (c) 2023-2026 The ggml authors"},
  {
    title: "JSON for Modern C++ (nlohmann/json)",
    licence: "MIT",
    copyright: [
      "Copyright (c) 2013-2025 Niels Lohmann",
      "Copyright (c) 2016-2021 Evan Nemerson (Hedley)",
      "Copyright (c) 2009 Florian Loitsch (Grisu2)",
      "Copyright (c) 2008-2009 Björn Hoehrmann (UTF-8 decoder)"
    ].join("\n")
  },
  {title: "cpp-httplib", licence: "MIT", copyright: "Copyright (c) 2017 yhirose"},
  {title: "llamafile's matrix multiplication (sgemm)", licence: "MIT", copyright: "Copyright 2024 Mozilla Foundation"},
  {title: "YaRN", licence: "MIT", copyright: "Copyright (c) 2023 Jeffrey Quesnelle and Bowen Peng"},
  {
    title: "FP16",
    licence: "MIT",
    copyright: "Copyright (c) 2017 Facebook Inc.\nCopyright (c) 2017 Georgia Institute of Technology"
  },
  {title: "Arm Optimized Routines", licence: "MIT", copyright: "Copyright (c) 2019-2024, Arm Limited."},
  nodeAddonApi,
  {
    title: "cmake-js's hook for Node's own functions, on Windows",
    licence: "MIT",
    copyright: "Copyright (c) 2015 Gábor Mező aka unbornchikken"
  },
  // The last year is the Vulkan SDK's that the binaries were built with, which they do not say.
  {title: "Vulkan-Hpp", licence: "MIT", copyright: "Copyright 2015-2025 The Khronos Group Inc."},
  {
    title: "OpenVINO's exponential function, on arm64",
    licence: "Apache-2.0",
    copyright: "Copyright (C) 2018-2025 Intel Corporation"
  },
  {title: "subprocess.h (sheredom)", licence: "public domain"}
];

/** Works of others compiled into koffi's binary: those in its package's vendor folder. */
const compiledIntoKoffi = [
  nodeAddonApi,
  {title: "node-api-headers", licence: "MIT", copyright: "Copyright (c) 2021 Node.js"}
];

const line = "-".repeat(80);

/**
 * Lists every package in these folders, which are paths below `packages`. `bundled` packages are in our programs
 * without licence files: an unknown licence text is an error. `copied` packages ship unchanged.
 */
export function thirdPartyNotices(packages, bundled, copied) {
  const describeAll = (folders) => unique(folders.map((folder) => describe(path.join(packages, folder))));
  const bundledNotices = describeAll(bundled).map(({title, text}) => {
    if (text === undefined) throw new Error(`${title} is bundled, but its licence's text is nowhere to be found.`);
    return notice(title, text);
  });
  const copiedPackages = describeAll(copied);
  const copiedList = copiedPackages.map(
    ({title, hasFile}) => `  ${title}${hasFile ? "" : "; published without a licence file"}`
  );
  const copiedNotices = copiedPackages
    .filter(({hasFile, text}) => !hasFile && text !== undefined)
    .map(({title, text}) => notice(title, text));
  return [
    "Tokenscope contains third-party software. Its own licence is in LICENSE.txt.\n",
    "In the programs in dist are, as a whole or in part:\n",
    ...bundledNotices,
    `${line}\n`,
    "In dist/node_modules are these packages, as they were published, each beside its licence file:\n",
    `${copiedList.join("\n")}\n`,
    ...copiedNotices,
    `${line}\n`,
    `In the binaries of @node-llama-cpp, built from llama.cpp ${llamaRelease(packages)}, are, as a whole or in part:\n`,
    ...compiledIn.map(workNotice),
    `${line}\n`,
    "In the binary of @koromix are, as a whole or in part:\n",
    ...compiledIntoKoffi.map(workNotice)
  ].join("\n");
}

function workNotice({title, licence, copyright}) {
  return notice(`${title} (${licence})`, licenceText(licence, copyright));
}

/** Names of the licence files in a package's folder. */
export function licenceFiles(folder) {
  return readdirSync(folder).filter((file) => /^(licen[cs]e|copyright|notice(\.|$))/i.test(file));
}

function describe(folder) {
  const {name, version, license} = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const texts = licenceFiles(folder).map((file) => readFileSync(path.join(folder, file), "utf8").trim());
  const hasFile = texts.length > 0;
  if (!hasFile && license === "MIT" && name in copyrights) texts.push(licenceText(license, copyrights[name]));
  return {
    title: `${name} ${version} (${license})`,
    hasFile,
    text: hasFile || texts[0] ? texts.join("\n\n") : undefined
  };
}

function notice(title, text) {
  return `${line}\n${title}\n${line}\n\n${text}\n`;
}

/** A licence's text with a copyright holder. MIT's text is this repository's own. The public domain requires none. */
function licenceText(licence, copyright) {
  if (licence === "public domain") return "In the public domain.";
  if (licence === "Apache-2.0") return `${copyright}\n\n${readText("scripts/Apache-2.0.txt").trim()}`;
  return readText("LICENSE")
    .replace(/^Copyright .*$/m, copyright)
    .trim();
}

function llamaRelease(packages) {
  const file = path.join(packages, "node_modules/node-llama-cpp/llama/binariesGithubRelease.json");
  return JSON.parse(readFileSync(file, "utf8")).release;
}

function readText(file) {
  return readFileSync(path.join(root, file), "utf8");
}

/** Each name and version once, sorted by name: a package can be in several folders. */
function unique(packages) {
  const byTitle = new Map(packages.map((one) => [one.title, one]));
  return [...byTitle.values()].sort((a, b) => (a.title < b.title ? -1 : 1));
}
