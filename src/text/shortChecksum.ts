/** A file's name or path; a SHA-256 at its end by its first digits: nobody tells one blob from another by more. */
export function shortChecksum(file: string): string {
  return file.replace(/\b([0-9a-f]{12})[0-9a-f]{52}$/, "$1…");
}
