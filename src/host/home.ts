import {homedir, tmpdir} from "node:os";

/**
 * The user's home folder. If there is none (a container's unknown user without HOME), the folder for temporary files.
 */
export function homeFolder(): string {
  try {
    return homedir();
  } catch {
    return tmpdir();
  }
}
