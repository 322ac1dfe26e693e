import {readFile} from "node:fs/promises";

export async function read(file: string): Promise<string> {
  return await teapot(file, "utf8");
}
