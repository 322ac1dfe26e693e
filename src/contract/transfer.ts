import type {ModelFacts} from "../gguf/facts";

/** How files are fetched. */
export interface Network {
  /** `http://host:port`, or null for what the environment says. */
  readonly proxy: string | null;
  /** Certificates are checked. */
  readonly strictSSL: boolean;
  /** Base address of Hugging Face or of a mirror of it, with a slash at the end. */
  readonly huggingFace: string;
  /** Access token for {@link huggingFace}, sent nowhere else. */
  readonly token: string | null;
}

export interface InspectParams {
  /** An `https:` or `http:` URL, or an `hf:` URI as node-llama-cpp understands it. */
  readonly uri: string;
  readonly network: Network;
}

/** A file that could be downloaded, of which nothing but its header was read. */
export interface RemoteFile {
  /** Where it really is, without a token. */
  readonly url: string;
  readonly fileName: string;
  /** Of all parts together. */
  readonly bytes: number;
  readonly parts: number;
  /** What is known of its content beforehand: lower-case hex, of the (first) file. */
  readonly sha256: string | null;
  /** Null where it is no GGUF. */
  readonly facts: ModelFacts | null;
}

export interface DownloadParams {
  readonly uri: string;
  /** Absolute path of the folder the file goes to; made if it is not there. */
  readonly folder: string;
  readonly fileName?: string;
  /** Subresource integrity ("sha256-…", "sha512-…", base64) that the file must have. Without: what the server says, if it does. */
  readonly integrity?: string;
  /** What is fetched must be a GGUF. */
  readonly gguf: boolean;
  readonly network: Network;
}

export interface DownloadedFile {
  /** Absolute path of the (first) file, under its final name. */
  readonly path: string;
  readonly bytes: number;
  /** What its content was checked against. */
  readonly verified: "checksum" | "size";
}

/** npm packages to be unpacked, as `npm pack` and the registry give them. */
export interface UnpackParams {
  /** Absolute paths of .tgz files, in any order and by any name. */
  readonly files: readonly string[];
  /** What has to be among the files, known by its subresource integrity ("sha512-…"), and nothing else is unpacked. */
  readonly packages: readonly {readonly name: string; readonly integrity: string}[];
  /** Absolute path of the folder in which each package gets a folder of its name. It is replaced whole, or not at all. */
  readonly folder: string;
}

export interface UnpackedFolder {
  /** Of all files in it. */
  readonly bytes: number;
}

/** Ends the name of the note that lies beside a partial download: an {@link UnfinishedNote} as JSON. */
export const unfinishedEnding = ".unfinished.json";

/** A download that was not brought to its end. The same request goes on with it. */
export interface UnfinishedNote {
  readonly uri: string;
  /** Of the (first) file, once it is whole. */
  readonly fileName: string;
  /** Of all parts. */
  readonly bytes: number;
  /** Names of the partial files, in the note's folder; those that have not been begun are not there yet. */
  readonly partials: readonly string[];
  /** A validator of each part's content (an ETag, say). A part whose validator has changed is downloaded again. */
  readonly validators: readonly (string | null)[];
  /** The process that wrote it last. */
  readonly process: number;
}
