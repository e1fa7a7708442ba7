import { createServer, type IncomingMessage, request as sendRequest } from "node:http";
import type { AddressInfo } from "node:net";

export interface FaultProxy {
  readonly url: string;
  /** Requests whose answer was lost. */
  readonly faults: number;
  close(): Promise<void>;
}

/**
 * Stands between an SDK and the service. The first request that carries events is passed on and its answer thrown away:
 * the SDK gets 503, as it would when a connection breaks after the events were stored, and has to send them again.
 */
export async function startFaultProxy(targetUrl: string): Promise<FaultProxy> {
  let faults = 0;
  const server = createServer((request, response) => {
    const isFault = faults === 0 && carriesEvents(request);
    if (isFault) faults += 1;
    const headers = { ...request.headers, connection: "close" };
    const onward = sendRequest(
      new URL(request.url ?? "/", targetUrl),
      { method: request.method, headers },
      (answer) => {
        if (isFault) {
          answer.resume();
          const cors = Object.entries(answer.headers).filter(([name]) => name.startsWith("access-control-"));
          response.writeHead(503, { ...Object.fromEntries(cors), "content-length": 0, "retry-after": "0" }).end();
          return;
        }
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => void server.listen(0, resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get faults() {
      return faults;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Preflights and what SDKs ask for at their start carry none. */
function carriesEvents({ method, url = "" }: IncomingMessage): boolean {
  return method === "POST" ? !/^\/(?:flags|decide)\b/.test(url) : url.startsWith("/i?");
}
