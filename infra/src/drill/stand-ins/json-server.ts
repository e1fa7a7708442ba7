import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export type JsonObject = Readonly<Record<string, unknown>>;

export type Answer = (status: number, content: JsonObject, headers?: Readonly<Record<string, string>>) => void;

/** A server on a free port of this machine. */
export interface JsonServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves an API that speaks JSON. A request without a body has an empty object. */
export async function startJsonServer(
  handle: (request: IncomingMessage, path: string, sent: JsonObject, answer: Answer) => void,
): Promise<JsonServer> {
  const server = createServer((request, response) => {
    void bodyOf(request).then((sent) => {
      const answer: Answer = (status, content, headers = {}) => {
        response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(content));
      };
      handle(request, new URL(request.url ?? "/", "http://stand-in").pathname, sent, answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<JsonObject> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString("utf8");
  return text === "" ? {} : (JSON.parse(text) as JsonObject);
}
