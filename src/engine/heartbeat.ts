/**
 * The engine's heartbeat, in a thread of its own because the main one computes for seconds on end. It sends back every
 * byte that its owner sends, so that silence means that the whole process stands still; and when its owner is gone, it
 * ends the process, whatever that is busy with.
 */
import {Socket} from "node:net";
import {heartbeatDescriptor} from "../contract/requests";

const line = new Socket({fd: heartbeatDescriptor, readable: true, writable: true});
line.on("data", (bytes) => line.write(bytes));
// The owner may end in the middle of a beat.
line.on("error", () => undefined);
line.on("close", () => process.kill(process.pid, "SIGKILL"));
