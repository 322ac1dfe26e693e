/**
 * A process that reads the headers of a model's files like the list of models or the engine, and prints the result.
 * usage: node readParts.js list|engine FILE PARTS, or node readParts.js names FILE
 */
import {strict as assert} from "node:assert";
import {HumanError} from "../../src/contract/errors";
import {checkHeaders} from "../../src/engine/llama/modelFile";
import {HeaderCache} from "../../src/host/models/local/headerCache";
import type {LocalModel} from "../../src/host/models/local/localModel";

const model: LocalModel = {path: "", name: "any", store: "folder", bytes: 1e9, parts: 1, modified: 1};

const readers: Readonly<Record<string, (file: string, parts: number) => Promise<string>>> = {
  async list(file, parts) {
    const facts = await new HeaderCache(`${file}.headers.json`).facts({...model, path: file, parts});
    return facts === null ? "no model" : `${facts.parameters} parameters, ${facts.vocabularySize} tokens`;
  },
  async engine(file) {
    try {
      await checkHeaders(file);
      return "good";
    } catch (error) {
      assert.ok(error instanceof HumanError);
      return error.message;
    }
  },
  /** Reads a thousand models, one after the other, with names as long as this one's. */
  async names(file) {
    const cache = new HeaderCache(`${file}.headers.json`);
    for (let i = 0; i < 1000; i++) await cache.facts({...model, path: `${file.slice(0, -"0.gguf".length)}${i}.gguf`});
    return String(cache.known({...model, path: file})?.name?.length);
  }
};

async function main(reader = "", file = "", parts = ""): Promise<void> {
  process.stdout.write((await readers[reader]?.(file, Number(parts))) ?? "no such reader");
}

void main(...process.argv.slice(2));
