// Runs npm from programs that npm may have started.
import {spawnSync} from "node:child_process";

/**
 * Runs npm as from a terminal, without the variables of an outer `npm run`: its Node version, for one, would confuse
 * code-server's install script. Variables that say where packages come from stay. Returns spawnSync's result, with
 * texts.
 */
export function npm(args, cwd, env = {}) {
  return spawnSync(process.platform === "win32" ? "npm.cmd" : "npm", args, {
    cwd,
    env: {...withoutNpm(process.env), ...env},
    encoding: "utf8",
    maxBuffer: 1 << 28,
    // Node can start a .cmd only through a shell.
    shell: process.platform === "win32"
  });
}

function withoutNpm(env) {
  const kept = /^npm_config_(.*registry|.*proxy|ca|cafile|cert|key|strict_ssl|cache|userconfig|globalconfig)$/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("npm_") || kept.test(name)));
}
