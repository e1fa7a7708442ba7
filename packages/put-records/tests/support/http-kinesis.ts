import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The server's reaction to one PutRecords request. */
export type HttpFate =
  | "answered"
  | "500 before storing"
  | "503 after storing"
  | "reset before storing"
  | "reset after storing"
  | "hang after storing"
  | "not json"
  | { readonly refuse: string }
  | RawAnswer;

/** An answer of Kinesis, or of anything on the way to it, instead of carrying the request out. */
export interface RawAnswer {
  readonly status: number;
  readonly body: string;
}

interface WireRequest {
  readonly Records: readonly { readonly Data: string; readonly PartitionKey: string }[];
}

/** PutRecords over the real protocol, with the faults that only a real connection has. */
export interface HttpKinesis {
  readonly url: string;
  readonly stored: string[];
  readonly requests: number;
  readonly connections: number;
  close(): Promise<void>;
}

const shardId = "shardId-000000000000";

export async function startHttpKinesis(
  fateOf: (requestIndex: number, body: string) => HttpFate = () => "answered",
): Promise<HttpKinesis> {
  const stored: string[] = [];
  const seen = { requests: 0, connections: 0 };

  function handle(body: string, response: ServerResponse): void {
    const fate = fateOf(seen.requests++, body);
    const answer = (status: number, content: string) =>
      response
        .writeHead(status, { "content-type": content.startsWith("<") ? "text/html" : "application/x-amz-json-1.1" })
        .end(content);
    if (typeof fate === "object" && "status" in fate) {
      answer(fate.status, fate.body);
      return;
    }
    if (typeof fate === "object") {
      answer(400, JSON.stringify({ __type: fate.refuse, message: "said the server" }));
      return;
    }
    if (fate === "500 before storing") {
      answer(500, JSON.stringify({ __type: "InternalFailure" }));
      return;
    }
    if (fate === "reset before storing") {
      response.socket?.resetAndDestroy();
      return;
    }
    const { Records } = JSON.parse(body) as WireRequest;
    const first = stored.length;
    stored.push(...Records.map((record) => Buffer.from(record.Data, "base64").toString()));
    if (fate === "reset after storing") response.socket?.resetAndDestroy();
    else if (fate === "503 after storing") answer(503, JSON.stringify({ __type: "ServiceUnavailable" }));
    else if (fate === "not json") answer(200, "<html>");
    else if (fate === "answered") {
      const results = Records.map((_record, i) => ({ ShardId: shardId, SequenceNumber: String(first + i) }));
      answer(200, JSON.stringify({ FailedRecordCount: 0, Records: results }));
    }
  }

  const server = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.headers["x-amz-target"] === "Kinesis_20131202.PutRecords")
        handle(Buffer.concat(chunks).toString(), response);
      else response.writeHead(400).end(JSON.stringify({ __type: "AccessDeniedException" }));
    });
  });
  server.on("connection", () => seen.connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stored,
    get requests() {
      return seen.requests;
    },
    get connections() {
      return seen.connections;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
