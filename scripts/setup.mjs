// Installs what `npm start` and `npm test` need in a fresh clone: the npm packages and, for a VS Code in the browser,
// chromium and code-server. Plain Node, because it runs before packages are installed. Prints one line per step, and
// nothing if all is installed.
// usage: node scripts/setup.mjs start|test
import {spawnSync} from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync
} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {codeServerFolder, codeServerPrograms} from "./codeServer.mjs";
import {desktopCode, findChromium, onPath} from "./environment.mjs";
import {npm as runNpm} from "./npm.mjs";
import {root} from "./root.mjs";

const codeServerSource = path.join(root, "test/harness/code-server");
const codeServer = codeServerFolder(readFileSync(path.join(codeServerSource, "package-lock.json"), "utf8"));

/** A Debian package: its name, its purpose, and a check whether it is installed. */
const systemPackages = {
  chromium: {why: "shows VS Code in the tests", present: () => findChromium() !== undefined},
  strace: {why: "records what the programs read, write and contact", present: () => onPath("strace") !== undefined},
  "libkrb5-dev": {why: "code-server compiles against it", present: () => existsSync("/usr/include/gssapi/gssapi.h")},
  python3: {why: "code-server's build runs it", present: () => onPath("python3") !== undefined},
  make: {why: "code-server's build runs it", present: () => onPath("make") !== undefined},
  "g++": {why: "code-server's build runs it", present: () => onPath("g++") !== undefined}
};

const purpose = process.argv[2];
if (purpose !== "start" && purpose !== "test") stop("usage: node scripts/setup.mjs start|test");

if (!isInstalled(root)) {
  step("npm packages: npm ci");
  // None of our packages needs its install script: node-llama-cpp's would search for a GPU, koffi's compile if it could not load its
  // binary.
  npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], root);
}

const needsBrowserVsCode = purpose === "test" || desktopCode() === undefined;
if (needsBrowserVsCode && process.platform === "linux") {
  const compiles = !existsSync(codeServer);
  const wanted = [
    ...(purpose === "test" ? ["chromium", "strace"] : []),
    ...(compiles ? ["libkrb5-dev", "python3", "make", "g++"] : [])
  ];
  const enough = installSystemPackages(wanted.filter((name) => !systemPackages[name].present()));
  if (compiles && enough) installCodeServer();
  // Some tests work without it; the others are skipped.
  else if (compiles && purpose === "start") stop("then run npm start again, or install VS Code for the desktop");
}

/**
 * Whether node_modules matches package-lock.json. npm writes a lock file of the installed packages, in which optional
 * packages for other platforms may be missing.
 */
function isInstalled(folder) {
  const installed = readJson(path.join(folder, "node_modules/.package-lock.json"))?.packages;
  if (installed === undefined) return false;
  const wanted = readJson(path.join(folder, "package-lock.json")).packages;
  return Object.entries(wanted).every(
    ([name, {version, optional}]) =>
      name === "" || installed[name]?.version === version || (optional && installed[name] === undefined)
  );
}

/** Installs missing packages if possible. Returns whether code-server can be compiled now. */
function installSystemPackages(missing) {
  if (missing.length === 0) return true;
  const isRoot = process.getuid?.() === 0;
  if (isRoot && onPath("apt-get")) {
    step(`system packages: apt-get install ${missing.join(" ")}`);
    run("apt-get", ["-qq", "update"]);
    run("apt-get", ["-qq", "install", "-y", "--no-install-recommends", ...missing], {
      ...process.env,
      // Without this, apt-get would wait for answers.
      DEBIAN_FRONTEND: "noninteractive"
    });
    return true;
  }
  const reasons = missing.map((name) => `${name} (${systemPackages[name].why})`).join(", ");
  step(`please install, by these or your system's own names: ${reasons}`);
  return missing.every((name) => name === "chromium" || name === "strace");
}

/**
 * Installs code-server in a temporary folder and renames it, so that its folder is always complete, even if two set-ups
 * run at once.
 */
function installCodeServer() {
  step(`VS Code for the browser: npm's code-server (about 3 minutes and 800 MB, once, in ${path.dirname(codeServer)})`);
  removeAbandoned();
  const partial = `${codeServer}.partial-${process.pid}`;
  mkdirSync(partial, {recursive: true, mode: 0o700});
  // Its native code does not compile in a path with a space.
  const compiled = partial.includes(" ") ? mkdtempSync(path.join(tmpdir(), "tokenscope-code-server-")) : partial;
  for (const name of ["package.json", "package-lock.json"])
    copyFileSync(path.join(codeServerSource, name), path.join(compiled, name));
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  npm(["ci", "--ignore-scripts", ...quiet], compiled);
  const {node} = codeServerPrograms(compiled);
  if (!existsSync(node)) stop(`code-server needs Node 24, which npm does not have for linux-${process.arch}.`);
  // code-server's install script requires Node 24 and starts npm again, so npm itself runs on that Node.
  npm(["rebuild", "code-server", "--ignore-scripts=false", ...quiet], compiled, {
    PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}`,
    // Node's headers are in the package, so nothing else must be downloaded to compile.
    npm_config_nodedir: path.dirname(path.dirname(node))
  });
  if (compiled !== partial) {
    cpSync(compiled, partial, {recursive: true, verbatimSymlinks: true});
    rmSync(compiled, {recursive: true});
  }
  try {
    renameSync(partial, codeServer);
  } catch (error) {
    // Another set-up has installed it meanwhile.
    rmSync(partial, {recursive: true, force: true});
    if (!existsSync(codeServer)) throw error;
  }
}

/** Removes what interrupted set-ups left. */
function removeAbandoned() {
  const folder = path.dirname(codeServer);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const owner = /\.partial-(\d+)$/.exec(name)?.[1];
    if (owner !== undefined && !isRunning(Number(owner)))
      rmSync(path.join(folder, name), {recursive: true, force: true});
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Runs npm. Its output is shown only if it fails. */
function npm(args, cwd, env) {
  endIfFailed(runNpm(args, cwd, env), `npm ${args.join(" ")}`);
}

/** Runs a program of the system. Its output is shown only if it fails. */
function run(command, args, env) {
  endIfFailed(spawnSync(command, args, {env, encoding: "utf8", maxBuffer: 1 << 28}), `${command} ${args.join(" ")}`);
}

function endIfFailed({status, stdout, stderr, error}, command) {
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}`);
  stop(`${command} failed${error ? `: ${error.message}` : ""}`);
}

function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

function step(text) {
  console.log(`[setup] ${text}`);
}

function stop(text) {
  console.error(`[setup] ${text}`);
  process.exit(1);
}
