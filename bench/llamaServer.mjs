// llama-server, to compare with: one slot, one context, and a request to /infill as llama.vscode makes it.
import {spawn} from "node:child_process";
import http from "node:http";
import net from "node:net";
import {setTimeout} from "node:timers/promises";
import {peerProgram} from "./peer.mjs";

/** Starts one and waits for it. `flags` is how it was started, beside the model and the port. */
export async function startServer({model, threads, contextSize}) {
  const port = await freePort();
  // One batch holds any prompt: /infill leaves out what is more than a batch.
  const size = String(contextSize);
  const count = String(threads);
  const flags = ["-np", "1", "-c", size, "-b", size, "-ub", "512", "-t", count, "-tb", count, "--no-webui"];
  const child = spawn(
    peerProgram("llama-server"),
    ["-m", model, "--host", "127.0.0.1", "--port", String(port), ...flags],
    {
      stdio: ["ignore", "ignore", "pipe"]
    }
  );
  let log = "";
  child.stderr.on("data", (data) => {
    log = (log + data).slice(-4000);
  });
  for (let waited = 0; ; waited += 100) {
    if (child.exitCode !== null || waited > 60_000) throw new Error(`llama-server does not start: ${log}`);
    const ready = await fetch(`http://127.0.0.1:${port}/health`).then(
      ({ok}) => ok,
      () => false
    );
    if (ready) break;
    await setTimeout(100);
  }
  return {
    flags: flags.join(" "),
    infill: (place, tokens) => infill(port, place, tokens),
    stop() {
      child.kill("SIGKILL");
    }
  };
}

/** Milliseconds from asking to the first text and to the end, and what the server says of itself. */
function infill(port, {prefix, suffix}, tokens) {
  const line = prefix.lastIndexOf("\n") + 1;
  const body = JSON.stringify({
    input_prefix: prefix.slice(0, line),
    input_suffix: suffix,
    prompt: prefix.slice(line),
    n_predict: tokens,
    temperature: 0,
    n_probs: 0,
    cache_prompt: true,
    stream: true
  });
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const request = http.request({
      port,
      host: "127.0.0.1",
      // The server closes the connection behind a stream.
      agent: false,
      path: "/infill",
      method: "POST",
      headers: {"content-type": "application/json", "content-length": Buffer.byteLength(body)}
    });
    request.on("error", reject);
    request.on("response", (response) => {
      let text = "";
      let first;
      let rest = "";
      response.setEncoding("utf8");
      response.on("data", (data) => {
        const lines = (rest + data).split("\n");
        rest = lines.pop();
        for (const one of lines) {
          if (!one.startsWith("data: ")) continue;
          const event = JSON.parse(one.slice("data: ".length));
          text += event.content ?? "";
          if (text !== "") first ??= performance.now() - started;
          if (!event.stop) continue;
          const complete = performance.now() - started;
          resolve({
            text,
            first: first ?? complete,
            complete,
            tokens: event.tokens_predicted,
            promptTokens: event.tokens_evaluated,
            evaluated: event.timings.prompt_n
          });
        }
      });
      response.on("error", reject);
      response.on("end", () => reject(new Error(`llama-server: ${response.statusCode} ${rest}`)));
    });
    request.end(body);
  });
}

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const {port} = server.address();
      server.close(() => resolve(port));
    });
  });
}
