import {access} from "node:fs/promises";

export async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false
  );
}
