import type {ChildProcess} from "node:child_process";
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  ProgressType
} from "vscode-jsonrpc/node";
import {ChunkedTransport} from "../../contract/chunkedTransport";
import type {Progress} from "../../contract/progress";

/** JSON-RPC over the channel of a forked process. */
export interface RpcConnection {
  readonly rpc: MessageConnection;
  readonly chunked: ChunkedTransport;
  /** A request reports its progress under its own number. */
  readonly progress: ProgressType<Progress>;
  /** The parts of an answer, with numbers in place of long values. */
  readonly parts: ProgressType<object>;
}

/** Loaded with the first process, because vscode-jsonrpc takes longer to load than all the rest of activation. */
export function rpcConnection(process: ChildProcess): RpcConnection {
  const rpc = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
  return {rpc, chunked: new ChunkedTransport(rpc), progress: new ProgressType(), parts: new ProgressType()};
}
