import {readFile} from "node:fs/promises";
import {deviceMemoryInUse} from "./backends";
import type {HeldMemory} from "./memoryLedger";

/** The main memory that this process holds, and the device memory that all processes hold. */
export async function heldMemory(): Promise<HeldMemory> {
  const ram = process.memoryUsage.rss();
  return {ram, vram: await deviceMemoryInUse(), unmapped: (await anonymousMemory()) ?? ram};
}

/** The process's memory without mapped files, in bytes. Linux only: it counts clean mapped files as available. */
async function anonymousMemory(): Promise<number | undefined> {
  if (process.platform !== "linux") return undefined;
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
