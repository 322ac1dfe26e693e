/** Shortens a SHA-256 at the end of a file's name or path to its first digits, which are enough to tell blobs apart. */
export function shortChecksum(file: string): string {
  return file.replace(/\b([0-9a-f]{12})[0-9a-f]{52}$/, "$1…");
}
