/** Whether a process of this machine runs. False for anything that is no process id. */
export function isAlive(id: unknown): boolean {
  if (typeof id !== "number" || !Number.isSafeInteger(id) || id <= 0) return false;
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
