import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type ConsoleOptions, createConsoleServer } from "./console-server.ts";

/**
 * Starts a console on loopback. `options.port` 0 is any free port, which its guard learns once it listens.
 *
 * @returns the server and the address of its page, which ends in `/`
 */
export async function listenConsole(
  options: ConsoleOptions,
): Promise<{ readonly server: Server; readonly url: string }> {
  let { port } = options;
  const server = createConsoleServer({
    ...options,
    get port() {
      return port;
    },
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
  return { server, url: `http://127.0.0.1:${port}/${options.token}/` };
}
