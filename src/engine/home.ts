import os from "node:os";

/**
 * Imported before node-llama-cpp, which asks for the home folder as it is loaded. A container may run as a user that the
 * system doesn't know, with no HOME: asking then throws. Nothing is written there.
 */
try {
  os.homedir();
} catch {
  process.env["HOME"] = os.tmpdir();
}
