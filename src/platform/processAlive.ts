/** Whether a process of this machine runs; no id is one that does not. */
export function isAlive(id: unknown): boolean {
  if (typeof id !== "number" || !Number.isSafeInteger(id) || id <= 0) return false;
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
