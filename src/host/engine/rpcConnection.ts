import type {ChildProcess} from "node:child_process";
import {createMessageConnection, IPCMessageReader, IPCMessageWriter, type MessageConnection} from "vscode-jsonrpc/node";
import {ChunkedTransport} from "../../contract/chunkedTransport";

/** JSON-RPC over the channel of a forked process. Loaded with the first one: it takes longer than all the rest of activation. */
export interface RpcConnection {
  readonly rpc: MessageConnection;
  readonly long: ChunkedTransport;
}

export function rpcConnection(process: ChildProcess): RpcConnection {
  const rpc = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
  return {rpc, long: new ChunkedTransport(rpc)};
}
