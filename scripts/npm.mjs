// npm, for programs that an npm may have started.
import {spawnSync} from "node:child_process";

/**
 * Runs npm as a terminal would: `npm run` hands its own settings down as variables, its Node's version for one, in which
 * code-server's install script looks for its own. What says where packages come from may stay. Returns spawnSync's result, with texts.
 */
export function npm(args, cwd, env = {}) {
  return spawnSync(process.platform === "win32" ? "npm.cmd" : "npm", args, {
    cwd,
    env: {...withoutNpm(process.env), ...env},
    encoding: "utf8",
    maxBuffer: 1 << 28,
    // Node starts a .cmd by a shell only.
    shell: process.platform === "win32"
  });
}

function withoutNpm(env) {
  const kept = /^npm_config_(.*registry|.*proxy|ca|cafile|cert|key|strict_ssl|cache|userconfig|globalconfig)$/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("npm_") || kept.test(name)));
}
