/** The bytes of a local or remote file. */
export interface ByteSource {
  /** File size in bytes. */
  readonly size: number;
  /** Reads these bytes; fewer if the file has become shorter meanwhile. */
  read(offset: number, length: number): Promise<Uint8Array>;
}
