/**
 * The engine's heartbeat, in its own thread because the main thread computes for seconds. It sends back every byte from
 * its owner, so that silence means that the whole process hangs. If the owner is gone, it ends the process at once.
 */
import {Socket} from "node:net";
import {heartbeatDescriptor} from "../contract/requests";

const line = new Socket({fd: heartbeatDescriptor, readable: true, writable: true});
line.on("data", (bytes) => line.write(bytes));
// The owner may end during a beat.
line.on("error", () => undefined);
line.on("close", () => process.kill(process.pid, "SIGKILL"));
