import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A value of a row: times as text, anything that is no text as its JSON. */
type Row = Readonly<Record<string, unknown>>;

export interface SqlApiServerOptions {
  /** Runs a statement: its values take the places of `?`. It rejects with what is wrong in it. */
  readonly query: (statement: string, values: readonly string[]) => Promise<readonly Row[]>;
  /** The programmatic access token that is let in. */
  readonly token: string;
}

export interface SqlApiServer {
  readonly url: string;
  /** Bodies of the requests that were let in, oldest first. */
  readonly requests: readonly Readonly<Record<string, unknown>>[];
  close(): Promise<void>;
}

/**
 * Answers over HTTP as Snowflake's SQL API does, from a database that runs the statements; on a free port of the
 * loopback address. https://docs.snowflake.com/en/developer-guide/sql-api/reference
 */
export async function startSqlApiServer({ query, token }: SqlApiServerOptions): Promise<SqlApiServer> {
  const requests: Record<string, unknown>[] = [];
  const answerTo = async (request: IncomingMessage): Promise<readonly [status: number, body: object]> => {
    if (request.method !== "POST" || request.url !== "/api/v2/statements")
      return [404, { message: "No such resource." }];
    const { authorization, "x-snowflake-authorization-token-type": type } = request.headers;
    if (authorization !== `Bearer ${token}` || type !== "PROGRAMMATIC_ACCESS_TOKEN") {
      return [401, { code: "394400", message: "Programmatic access token is invalid." }];
    }
    const sent = (await readJson(request)) as Record<string, unknown>;
    requests.push(sent);
    const bindings = (sent["bindings"] ?? {}) as Readonly<Record<string, { readonly value: string }>>;
    try {
      const rows = await query(
        String(sent["statement"]),
        Object.values(bindings).map(({ value }) => value),
      );
      const names = Object.keys(rows[0] ?? {});
      return [
        200,
        {
          resultSetMetaData: { numRows: rows.length, rowType: names.map((name) => ({ name: name.toUpperCase() })) },
          data: rows.map((row) => names.map((name) => textOf(row[name]))),
        },
      ];
    } catch (error) {
      return [422, { code: "001003", message: `SQL compilation error: ${(error as Error).message}` }];
    }
  };
  const server = createServer((request, response) => {
    answerTo(request).then(
      ([status, body]) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body)),
      () => response.writeHead(400).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Every value of an answer is a text, or null. */
function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}
