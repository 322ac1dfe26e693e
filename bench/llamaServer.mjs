// Runs llama-server for comparison: one slot, one context, and requests to /infill like llama.vscode's.
import {spawn} from "node:child_process";
import http from "node:http";
import net from "node:net";
import {setTimeout} from "node:timers/promises";
import {peerProgram} from "./peer.mjs";

/** Starts a server and waits for it. `flags` are its arguments except model and port. */
export async function startServer({model, threads, contextSize}) {
  const port = await freePort();
  // One batch holds any prompt, because /infill cuts longer ones. Without -n, it puts two tokens of a file name in
  // front.
  const size = String(contextSize);
  const count = String(threads);
  const flags = ["-n", "64", "-np", "1", "-c", size, "-b", size, "-ub", "512", "-t", count, "-tb", count, "--no-webui"];
  const child = spawn(
    peerProgram("llama-server"),
    ["-m", model, "--host", "127.0.0.1", "--port", String(port), ...flags],
    {
      stdio: ["ignore", "ignore", "pipe"]
    }
  );
  process.on("exit", () => child.kill("SIGKILL"));
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
    infill: (place, tokens) => ask(port, "/infill", tokens, infillOf(place)),
    complete: (prompt, tokens) => ask(port, "/completion", tokens, {prompt}),
    tokensOf: (prompt) => tokensOf(port, prompt),
    stop: () => child.kill("SIGKILL")
  };
}

/** A request like llama.vscode's: the cursor's line is the `prompt`. The server appends it to the prefix. */
function infillOf({prefix, suffix}) {
  const line = prefix.lastIndexOf("\n") + 1;
  return {input_prefix: prefix.slice(0, line), input_suffix: suffix, prompt: prefix.slice(line)};
}

/** Tokenscope's prompt: the text before the middle, the text after it, and the marks. */
async function tokensOf(port, {before, after, middle}) {
  const tokenize = async (content, add_special = false) => {
    const response = await fetch(`http://127.0.0.1:${port}/tokenize`, {
      method: "POST",
      body: JSON.stringify({content, add_special, parse_special: true})
    });
    return (await response.json()).tokens;
  };
  const parts = [
    await tokenize("", true),
    ...(await Promise.all(
      ["<|fim_prefix|>", before, "<|fim_suffix|>", after, "<|fim_middle|>", middle].map((part) => tokenize(part))
    ))
  ];
  return parts.flat();
}

/** Times from the request to the first text and to the end (ms), and the server's own measurements. */
function ask(port, path, tokens, prompt) {
  const body = JSON.stringify({
    ...prompt,
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
      // The server closes the connection after a stream.
      agent: false,
      path,
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
