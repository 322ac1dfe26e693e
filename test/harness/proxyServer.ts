import {once} from "node:events";
import {createServer, type Server} from "node:http";
import {type AddressInfo, connect, type Socket} from "node:net";

/** A forward proxy. It accepts CONNECT, and checks user name and password if there are any. */
export class ProxyServer {
  /** "host:port" of the requested connections. */
  readonly targets: string[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    credentials: string | undefined,
    leadsTo: string | undefined
  ) {
    server.on("connect", (request, socket: Socket) => {
      this.keep(socket);
      this.targets.push(request.url ?? "");
      const given = request.headers["proxy-authorization"];
      if (credentials !== undefined && given !== `Basic ${Buffer.from(credentials).toString("base64")}`) {
        socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
        return;
      }
      const [host = "", port = ""] = (request.url ?? "").split(":");
      const target = connect(Number(port), leadsTo ?? host, () => {
        socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        target.pipe(socket).pipe(target);
      });
      this.keep(target);
    });
  }

  /** `credentials` is "user:password". Every host name leads to the host `leadsTo`. */
  static async start(credentials?: string, leadsTo?: string): Promise<ProxyServer> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new ProxyServer(server, credentials, leadsTo);
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, "close");
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on("error", () => socket.destroy()).once("close", () => this.sockets.delete(socket));
  }
}
