import {readFile} from "node:fs/promises";
import path from;

export async function readText(folder: string, name: string): Promise<string> {
  return await readFile(path.join(folder, name), "utf8");
}
