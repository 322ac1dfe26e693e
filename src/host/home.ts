import {homedir, tmpdir} from "node:os";

/** The user's home folder; where the system knows none (a container's nameless user without HOME), the one for temporary files. */
export function homeFolder(): string {
  try {
    return homedir();
  } catch {
    return tmpdir();
  }
}
