import type {ChildProcess} from "node:child_process";
import {createMessageConnection, IPCMessageReader, IPCMessageWriter, type MessageConnection} from "vscode-jsonrpc/node";

/** JSON-RPC over the channel of a forked process. Loaded with the first one: it takes longer than all the rest of activation. */
export function rpcConnection(process: ChildProcess): MessageConnection {
  return createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
}
