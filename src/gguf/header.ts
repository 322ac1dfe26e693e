import * as l10n from "@vscode/l10n";
import type {ByteSource} from "./byteSource";
import {tensorBytes} from "./ggmlTypes";
import {GgufError} from "./ggufError";
import {HeaderBudget, KeptBytes} from "./headerBudget";
import {damaged, HeaderReader, notGguf} from "./headerReader";
import {isList, type MetadataValue} from "./metadata";
import {partKeys, readEntry} from "./metadataReader";

/** The part of a GGUF file before its tensors' bytes. */
export interface GgufHeader {
  readonly version: number;
  /**
   * By key, in the file's order. Large values are kept in part. A `brief` reading has the keys before the vocabulary,
   * and a model's second and later files have only their part numbers (see {@link ReadOptions.budget}).
   */
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  /** Items of all lists in the metadata, kept or not. */
  readonly listItems: number;
  /** The tensors' descriptions; null after a `brief` reading. */
  readonly tensors: readonly TensorInfo[] | null;
  /** Where the tensors' bytes begin in the file; null after a `brief` reading. */
  readonly dataOffset: number | null;
  readonly tensorCount: number;
}

export interface TensorInfo {
  readonly name: string;
  readonly dimensions: readonly number[];
  /** The type's number in ggmlTypes.ts. */
  readonly type: number;
  /** Counted from {@link GgufHeader.dataOffset}. */
  readonly offset: number;
  /** The tensor's size; null for an unknown type. */
  readonly bytes: number | null;
}

export interface ReadOptions {
  /**
   * `brief` ends before the vocabulary (the first key under `tokenizer.`), which is most of a header. Default: `whole`.
   */
  readonly depth?: "brief" | "whole";
  readonly signal?: AbortSignal;
  /**
   * One budget for all files of a model, which are read in order. Only the first file's metadata is kept: it describes
   * the whole model.
   */
  readonly budget?: HeaderBudget;
}

/** Max bytes of a key (the format's limit) and of a tensor's name. */
const maxKeyLength = (1 << 16) - 1;
/** llama.cpp's GGML_MAX_DIMS. */
const maxDimensions = 4;

/** Bytes before the metadata: magic, version and two counts. */
const firstBytes = 24;

/** A higher version number means damage: only three versions exist. */
const maxVersion = 255;

const strict = new TextDecoder("utf-8", {fatal: true, ignoreBOM: true});
/** One character per byte. */
const bytewise = new TextDecoder("latin1");

/**
 * Reads the header of a GGUF file, version 2 or 3. Throws a {@link GgufError} for anything else. The memory it takes is
 * limited, whatever the file says. Names are valid UTF-8; invalid bytes in values become U+FFFD.
 */
export async function readHeader(source: ByteSource, options: ReadOptions = {}): Promise<GgufHeader> {
  const {header, problem} = await readPossible(source, options);
  if (problem !== null) throw problem;
  return header;
}

/**
 * As {@link readHeader}, but returns the part of a damaged header before the damage. Throws only if the file is no GGUF
 * of a known version.
 */
export async function readPossible(
  source: ByteSource,
  {depth = "whole", signal, budget = new HeaderBudget()}: ReadOptions = {}
): Promise<{readonly header: GgufHeader; readonly problem: GgufError | null}> {
  const reader = new HeaderReader(source, 0, budget.bytesLeft, signal);
  const version = await readVersion(source, reader);
  const isFirst = budget.begin();
  const tensorCount = reader.count();
  const metadata = new Map<string, MetadataValue>();
  const tensors: TensorInfo[] = [];
  const known = (more: Partial<GgufHeader>): GgufHeader => ({
    version,
    metadata: isFirst ? metadata : partOf(metadata),
    listItems: itemsOf(metadata),
    tensors: null,
    dataOffset: null,
    tensorCount,
    ...more
  });
  try {
    const isWhole = await readMetadata(reader, budget, isFirst ? budget.memory : new KeptBytes(), metadata, depth);
    if (!isWhole) return {header: known({}), problem: null};
    const alignment = metadata.get("general.alignment") ?? 32;
    if (typeof alignment !== "number" || alignment <= 0 || (alignment & (alignment - 1)) !== 0) throw damaged();
    await readTensors(reader, budget, tensorCount, tensors);
    const dataOffset = Math.ceil(reader.position / alignment) * alignment;
    return {header: known({tensors, dataOffset}), problem: null};
  } catch (error) {
    if (!(error instanceof GgufError)) throw error;
    return {header: known({tensors: tensors.length > 0 ? tensors : null}), problem: error};
  } finally {
    budget.pass(reader.position);
  }
}

/** The entries that say which of a model's files this is. */
function partOf(metadata: GgufHeader["metadata"]): GgufHeader["metadata"] {
  return new Map([...metadata].filter(([key]) => partKeys.has(key)));
}

function itemsOf(metadata: GgufHeader["metadata"]): number {
  let items = 0;
  for (const value of metadata.values()) if (isList(value)) items += value.length;
  return items;
}

/** False if a brief reading has ended before the tensors. */
async function readMetadata(
  reader: HeaderReader,
  budget: HeaderBudget,
  memory: KeptBytes,
  metadata: Map<string, MetadataValue>,
  depth: "brief" | "whole"
): Promise<boolean> {
  const entryCount = reader.count();
  for (let i = 0; i < entryCount; i++) {
    budget.addEntry();
    const key = await readName(reader, memory);
    if (key === "" || metadata.has(key)) throw damaged();
    if (depth === "brief" && key.startsWith("tokenizer.")) return false;
    metadata.set(key, await readEntry(reader, memory, key));
  }
  return depth === "whole";
}

/** Bytes missing at the end of a file: more than 0 for an unfinished download. */
export function missingBytes({tensors, dataOffset}: GgufHeader, fileBytes: number): number {
  if (tensors === null || dataOffset === null) return 0;
  const end = tensors.reduce((furthest, {offset, bytes}) => Math.max(furthest, offset + (bytes ?? 0)), 0);
  return Math.max(0, dataOffset + end - fileBytes);
}

/** Reads only a file's first bytes. Throws a {@link GgufError} if it is no GGUF of a known version. */
export async function readVersion(
  source: ByteSource,
  reader = new HeaderReader(source, 0, firstBytes, undefined)
): Promise<number> {
  await reader.need(Math.min(firstBytes, source.size));
  const magic = bytewise.decode(reader.take(4));
  if (magic !== "GGUF") throw notGguf(magic + bytewise.decode(reader.take(firstBytes - 4)));
  if (source.size < firstBytes) throw damaged();
  const version = reader.uint32();
  // Big endian, recognized as in llama.cpp: a small number with its bytes in reverse order.
  if (version !== 0 && (version & 0xffff) === 0)
    throw new GgufError("otherVersion", (file) =>
      l10n.t('"{0}" was made for processors with the other byte order (big endian): choose another file of it.', file)
    );
  if (version < 1 || version > maxVersion) throw damaged();
  if (version < 2)
    throw new GgufError("otherVersion", (file) =>
      l10n.t(
        '"{0}" is a GGUF file of version {1}, which llama.cpp no longer reads: choose a newer file of this model.',
        file,
        version
      )
    );
  if (version > 3)
    throw new GgufError("otherVersion", (file) =>
      l10n.t(
        '"{0}" is a GGUF file of version {1}, newer than this version knows: choose another file of this model, or a newer version of Tokenscope.',
        file,
        version
      )
    );
  return version;
}

async function readName(reader: HeaderReader, memory: KeptBytes): Promise<string> {
  await reader.need(8);
  const bytes = reader.count();
  if (bytes > maxKeyLength) throw damaged();
  memory.keep(bytes);
  await reader.need(bytes);
  try {
    return strict.decode(reader.take(bytes));
  } catch {
    throw damaged();
  }
}

/** Fills `tensors`, so that the first ones are known if a later one is damaged. */
async function readTensors(
  reader: HeaderReader,
  budget: HeaderBudget,
  count: number,
  tensors: TensorInfo[]
): Promise<void> {
  const {memory} = budget;
  const names = new Set<string>();
  for (let i = 0; i < count; i++) {
    budget.addTensor();
    const name = await readName(reader, memory);
    if (names.has(name)) throw damaged();
    names.add(name);
    await reader.need(4);
    const rank = reader.uint32();
    if (rank > maxDimensions) throw damaged();
    await reader.need(rank * 8 + 12);
    const dimensions = Array.from({length: rank}, () => reader.count());
    const type = reader.uint32();
    const offset = reader.count();
    memory.keep(rank * 8);
    tensors.push({name, dimensions, type, offset, bytes: tensorBytes(type, dimensions)});
  }
}
