import os from "node:os";

/**
 * Must be imported before node-llama-cpp, which looks up the home folder when it is loaded. This throws for a
 * container's unknown user without HOME. Nothing is written to the folder.
 */
try {
  os.homedir();
} catch {
  process.env["HOME"] = os.tmpdir();
}
