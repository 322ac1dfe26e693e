// `npm start`: opens VS Code with the extension from this folder and the sample workspace. Uses the desktop VS Code if
// there is one, else one in the browser, which runs until Ctrl+C.
// usage: npm start [-- --port N] (or the variable PORT); the browser's VS Code listens on 127.0.0.1 only.
import {spawn, spawnSync} from "node:child_process";
import {writeFileSync} from "node:fs";
import path from "node:path";
import {desktopCode, hasDisplay, onPath} from "./environment.mjs";
import {root} from "./root.mjs";

const sample = path.join(root, "sample");
const code = desktopCode();

run(process.execPath, ["esbuild.mjs", "--quiet", ...(code === undefined ? ["--harness"] : [])]);

if (code !== undefined) {
  console.log("Opening desktop VS Code with Tokenscope and the sample workspace.");
  run(code, ["--new-window", `--extensionDevelopmentPath=${root}`, sample]);
} else {
  await serve();
}

async function serve() {
  const {startServer} = await import("../out/test/harness/vscodeServer.js");
  const server = await startServer({workspace: sample, extension: root, port: port()}).catch((error) =>
    stop(error.message)
  );
  console.log("\nVS Code with Tokenscope and a copy of the sample workspace:\n");
  console.log(`  ${server.address()}\n`);
  console.log("The token in it is the key: keep it to yourself. It listens on this machine only. Ctrl+C ends it.");
  showInBrowser(server);
  const signal = await new Promise((resolve) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, resolve);
  });
  await server.stop();
  process.exit(signal === "SIGINT" ? 0 : 143);
}

/** Opens the address if there is a screen. The token goes into a page, because other users can read a command line. */
function showInBrowser({address, tokenFile}) {
  const open = hasDisplay() ? onPath("xdg-open") : undefined;
  if (open === undefined) return;
  const page = path.join(path.dirname(tokenFile), "open.html");
  writeFileSync(page, `<meta http-equiv="refresh" content="0;url=${address().replaceAll("&", "&amp;")}">`, {
    mode: 0o600
  });
  // If no browser opens, the printed address can be clicked.
  spawn(open, [page], {detached: true, stdio: "ignore"})
    .on("error", () => {})
    .unref();
}

/** The requested port; 0 for any free one. */
function port() {
  const flag = process.argv.indexOf("--port");
  const asked = flag === -1 ? (process.env.PORT ?? "0") : process.argv[flag + 1];
  const number = Number(asked);
  if (!Number.isInteger(number) || number < 0 || number > 65_535) stop(`"${asked}" is not a port.`);
  return number;
}

function run(command, args) {
  const {status, error} = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32" && command.endsWith(".cmd")
  });
  if (status !== 0) stop(`${path.basename(command)} failed${error ? `: ${error.message}` : "."}`);
}

function stop(text) {
  console.error(text);
  process.exit(1);
}
