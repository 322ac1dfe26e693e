/** A file's bytes, wherever they are. */
export interface ByteSource {
  /** Bytes. */
  readonly size: number;
  /** These bytes; fewer where the file has become shorter meanwhile. */
  read(offset: number, length: number): Promise<Uint8Array>;
}
