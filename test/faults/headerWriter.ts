/** A process that writes a header cache file, again and again. usage: node headerWriter.js FILE MODEL */
import {HeaderCache} from "../../src/host/models/local/headerCache";

const times = 20;

async function main(file: string, model: string): Promise<void> {
  const cache = new HeaderCache(file);
  await cache.load();
  process.send?.("ready");
  for (let modified = 1; modified <= times; modified++) {
    await cache.facts({path: model, name: "any", store: "folder", bytes: 0, parts: 1, modified});
    await cache.save();
  }
  process.disconnect?.();
}

const [, , file = "", model = ""] = process.argv;
void main(file, model);
