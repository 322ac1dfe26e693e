import * as assert from "node:assert/strict";
import {spawnSync} from "node:child_process";
import {readFileSync, statSync} from "node:fs";
import path from "node:path";
import {WebSocket} from "undici";
import {root} from "../harness/paths";
import {startServer, type VsCodeServer} from "../harness/vscodeServer";

/** The server of `npm start` and of these tests, accessed by another user of this machine or by a web page. */
describe("strangers at VS Code's server", () => {
  let server: VsCodeServer;
  let token: string;

  before(async () => {
    server = await startServer({workspace: path.join(root, "sample")});
    token = readFileSync(server.tokenFile, "utf8");
  });
  after(() => server.stop());

  it("are let in by the printed address alone", async () => {
    assert.match(token, /^[0-9a-f]{64}$/);
    const status = async (address: string, headers: Record<string, string> = {}) =>
      (await fetch(address, {redirect: "manual", headers})).status;
    assert.equal(await status(server.address()), 302);
    const file = encodeURIComponent(path.join(server.workspace, "retry.py"));
    for (const place of ["/", `/?folder=${server.workspace}`, "/?tkn=0", `/vscode-remote-resource?path=${file}`]) {
      assert.equal(await status(`${server.origin}${place}`), 403, place);
      // DNS rebinding: such a page sends its own host name, and no cookie of ours.
      assert.equal(
        await status(`${server.origin}${place}`, {host: "attacker.example", origin: "http://attacker.example"}),
        403
      );
    }
    assert.equal(await status(`${server.origin}/vscode-remote-resource?path=${file}&tkn=${token}`), 200);
  });

  it("get no line to the extension host without the token", async () => {
    assert.match(await greeting(server, token), /"type":"sign"/);
    // It may be told why.
    assert.doesNotMatch(await greeting(server, "0".repeat(64)), /"type":"sign"/);
    assert.match(server.output(), /Unauthorized client refused/);
  });

  it("cannot read the token", function () {
    const command = readFileSync(`/proc/${server.processId}/cmdline`, "utf8");
    assert.ok(command.includes("--connection-token-file") && !command.includes(token));
    assert.equal(statSync(server.tokenFile).mode & 0o777, 0o600);
    assert.equal(statSync(path.dirname(server.tokenFile)).mode & 0o777, 0o700);
    // Only root can switch to another user.
    if (process.getuid?.() !== 0) this.skip();
    const nobody = spawnSync("cat", [server.tokenFile], {uid: 65_534, gid: 65_534, encoding: "utf8"});
    assert.equal(nobody.stdout, "");
    assert.match(nobody.stderr, /Permission denied/);
  });
});

/** The response to the first message of VS Code's protocol: a control message with the client's token. */
async function greeting({origin}: VsCodeServer, auth: string): Promise<string> {
  const query = "reconnectionToken=1&reconnection=false&skipWebSocketFrames=false";
  const socket = new WebSocket(`${origin.replace("http", "ws")}/?${query}`);
  socket.binaryType = "arraybuffer";
  const answer = new Promise<string>((resolve) => {
    let received = "";
    socket.addEventListener("close", () => resolve(received));
    socket.addEventListener("message", ({data}) => {
      received += Buffer.from(data).toString();
      if (received.includes('"type":"sign"')) resolve(received);
    });
  });
  socket.addEventListener("open", () => {
    const content = Buffer.from(JSON.stringify({type: "auth", auth, data: "anything"}));
    const header = Buffer.alloc(13);
    header.writeUInt8(2);
    header.writeUInt32BE(content.length, 9);
    socket.send(Buffer.concat([header, content]));
  });
  return answer.finally(() => socket.close());
}
