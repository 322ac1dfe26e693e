import {strict as assert} from "node:assert";
import {execFile} from "node:child_process";
import {readFileSync} from "node:fs";
import {mkdir, mkdtemp, readdir, rm, writeFile} from "node:fs/promises";
import {homedir, tmpdir} from "node:os";
import path from "node:path";
import {promisify} from "node:util";
import {ModelServer} from "../harness/modelServer";
import {root} from "../harness/paths";
import {type Deed, deedsOfProcesses, readRecording, recordingCommand, skipUnlessRecording} from "../harness/recording";
import {extensionHere, notListed} from "../harness/securityList";

describe("the engine and the transfers, under strace", () => {
  let folder: string;
  let server: ModelServer;
  let engine: Deed[];
  let transfers: Deed[];
  const meanings = () => ({
    extension: extensionHere,
    model: [path.join(root, "media/models/tokenscope-tiny-q8_0.gguf")],
    storage: [path.join(folder, "storage")],
    home: [homedir()],
    node: [process.execPath],
    server: [new URL(server.url).host]
  });

  before(async function () {
    skipUnlessRecording(this);
    folder = await mkdtemp(path.join(tmpdir(), "tokenscope-recorded-"));
    // A hostile folder with one of llama.cpp's libraries, which an empty part of LD_LIBRARY_PATH would find.
    await mkdir(path.join(folder, "elsewhere"));
    await writeFile(path.join(folder, "elsewhere/libggml-base.so"), "");
    server = await ModelServer.start();
    const uri = server.serve("tiny.gguf", readFileSync(path.join(root, "media/models/tokenscope-tiny-q8_0.gguf")));
    const record = path.join(folder, "record");
    const [program = "", ...options] = recordingCommand(record);
    const driver = path.join(root, "out/test/engine/recordedEngine.js");
    const {stdout, stderr} = await promisify(execFile)(
      program,
      [...options, process.execPath, driver, uri, path.join(folder, "storage")],
      {cwd: path.join(folder, "elsewhere"), env: {...process.env, LD_LIBRARY_PATH: "/nowhere:"}}
    );
    const pids: {engine: number; transfers: number} = JSON.parse(stdout || `{"failed": ${JSON.stringify(stderr)}}`);
    const recording = readRecording(record);
    const below = (ancestor: number) => (thread: number) => {
      for (let id: number | undefined = thread; id !== undefined; id = recording.processes.get(id)?.parent)
        if (id === ancestor) return true;
      return false;
    };
    const [ofEngine, ofTransfers] = [below(pids.engine), below(pids.transfers)];
    // Until a process executes the engine, it is still a copy of its parent.
    const ours = deedsOfProcesses(recording, (command) => !command.includes(driver));
    engine = ours.filter(({thread}) => ofEngine(thread));
    transfers = ours.filter(({thread}) => ofTransfers(thread));
  });
  after(async () => {
    await server?.stop();
    if (folder !== undefined) await rm(folder, {recursive: true, force: true});
  });

  it("are recorded: the model is read, trials are started, the file comes", async () => {
    const does = (deeds: readonly Deed[], kind: Deed["does"]) => deeds.filter((deed) => deed.does === kind);
    assert.ok(does(engine, "reads").some(({what}) => what === meanings().model[0]));
    assert.ok(does(engine, "starts").length > 0);
    assert.ok(does(transfers, "writes").length > 0);
    assert.ok(does(transfers, "contacts").length > 0);
    assert.deepEqual(await readdir(path.join(folder, "storage/models")), ["tiny.gguf"]);
  });

  it("contact nobody while counting, scoring, completing, estimating, looking for devices: no socket, no name looked up", () => {
    assert.deepEqual(
      engine.filter(({does}) => does === "contacts"),
      []
    );
  });

  it("contact exactly the server that a download names", () => {
    const contacted = transfers.filter(({does}) => does === "contacts").map(({what}) => what);
    assert.deepEqual([...new Set(contacted)], meanings().server);
  });

  it("read, write and start nothing that SECURITY.md does not list", () => {
    assert.deepEqual(notListed("engine", engine, meanings()), []);
    assert.deepEqual(notListed("transfers", transfers, meanings()), []);
  });

  it("run in a folder of their own, not in the one that VS Code was started in", () => {
    const elsewhere = [...engine, ...transfers].filter(({what}) => what.startsWith(path.join(folder, "elsewhere")));
    assert.deepEqual(elsewhere, []);
  });
});
