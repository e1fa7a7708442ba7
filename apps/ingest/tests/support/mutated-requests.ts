import { brotliCompressSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import type { FuzzSeed } from "./fuzz-seeds.ts";
import { backendKey, shopKey } from "./test-service.ts";

/** The parts of a request, each of which can be spoilt. */
interface Draft {
  sign: FuzzSeed["sign"];
  method: string;
  path: string;
  headers: [string, string][];
  body: Buffer;
  /** Amount by which Content-Length exceeds the body's length; `chunked` leaves it out. */
  framing: number | "chunked" | "none";
  encoding: "gzip" | "br" | "none";
}

type Mutation = (draft: Draft) => void;

/** Values that have broken parsers before. */
const nastyJson = [
  "1e400",
  "-0",
  "12345678901234567890",
  '"\\ud800"',
  '"\\u0000"',
  '""',
  "null",
  "[]",
  "{}",
  "true",
  '{"__proto__":{"x":1}}',
  `${"[".repeat(3_000)}${"]".repeat(3_000)}`,
  '{"a":'.repeat(2_000),
  `"${"x".repeat(70_000)}"`,
  "NaN",
  "01",
  "\u2028",
  "\ufeff",
];

const nastyHeaders: readonly (readonly [string, string])[] = [
  ["content-type", "application/json; charset=utf-16"],
  ["content-type", ";;;="],
  ["content-type", "text/plain"],
  ["content-type", "application/cloudevents+avro"],
  ["content-encoding", "gzip, br"],
  ["content-encoding", "compress"],
  ["authorization", "Basic"],
  ["authorization", `Basic ${Buffer.from(`${shopKey}:x`).toString("base64")}`],
  ["authorization", `Bearer ${backendKey}`],
  ["authorization", "Bearer \u00ff"],
  ["expect", "100-continue"],
  ["expect", "200-ok"],
  ["transfer-encoding", "chunked"],
  ["transfer-encoding", "gzip"],
  ["content-length", "-1"],
  ["content-length", "99999999999999999999"],
  ["connection", "upgrade"],
  ["upgrade", "websocket"],
  ["origin", "null"],
  ["origin", "https://shop.example"],
  ["x-forwarded-for", ",,%00,999.1.1.1"],
  ["traceparent", "00-0-0-0"],
  ["user-agent", "\u00e9".repeat(3_000)],
  ["ce-specversion", "%"],
  ["ce-id", '"unterminated'],
  ["ce-subject", "%ff%fe"],
  ["ce-data", "1"],
  ["ce-", "1"],
  ["ce-TenantId", "other"],
  ["x-large", "y".repeat(17_000)],
  ["bad header", "x"],
  ["x-control", "a\u0001b"],
];

const share = fc.double({ min: 0, max: 1, noNaN: true });
const place = (draft: Draft, at: number) => Math.floor(at * draft.body.length);

function spliceBody(draft: Draft, start: number, removed: number, inserted: Uint8Array): void {
  draft.body = Buffer.concat([draft.body.subarray(0, start), inserted, draft.body.subarray(start + removed)]);
}

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(share, fc.uint8Array({ minLength: 1, maxLength: 4 })).map(
    ([at, bytes]): Mutation =>
      (draft) => {
        spliceBody(draft, place(draft, at), bytes.length, bytes);
      },
  ),
  fc.tuple(share, fc.constantFrom(...Array.from('{}[]:,"\\ \n0-e'))).map(
    ([at, text]): Mutation =>
      (draft) => {
        spliceBody(draft, place(draft, at), 0, Buffer.from(text));
      },
  ),
  fc.tuple(share, fc.nat({ max: 40 })).map(
    ([at, removed]): Mutation =>
      (draft) => {
        spliceBody(draft, place(draft, at), removed, new Uint8Array());
      },
  ),
  share.map(
    (at): Mutation =>
      (draft) => {
        draft.body = draft.body.subarray(0, place(draft, at));
      },
  ),
  fc.tuple(share, fc.nat({ max: 200 })).map(
    ([at, length]): Mutation =>
      (draft) => {
        const start = place(draft, at);
        spliceBody(draft, start, 0, draft.body.subarray(start, start + length));
      },
  ),
  // A value of the event becomes another one.
  fc.tuple(share, fc.constantFrom(...nastyJson)).map(
    ([at, value]): Mutation =>
      (draft) => {
        const text = draft.body.toString("latin1");
        const names = [...text.matchAll(/"[\w$.]+":/g)];
        const name = names[Math.floor(at * names.length)];
        if (name === undefined) return;
        const start = name.index + name[0].length;
        const end = Math.max(start, text.indexOf(",", start));
        spliceBody(draft, start, end - start, Buffer.from(value));
      },
  ),
  // So does a byte of the path or the query.
  fc.tuple(share, fc.constantFrom("%", "%00", "/", "?", "&", "=", "+", "a", "\u00ff")).map(
    ([at, text]): Mutation =>
      (draft) => {
        const start = Math.floor(at * draft.path.length);
        draft.path = draft.path.slice(0, start) + text + draft.path.slice(start + 1);
      },
  ),
  // A further attribute.
  fc
    .tuple(
      fc.constantFrom("tenantid", "clientip", "Bad", "id", "data_base64", "x\\u0000"),
      fc.constantFrom(...nastyJson),
    )
    .map(
      ([name, value]): Mutation =>
        (draft) => {
          const at = draft.body.indexOf("{") + 1;
          spliceBody(draft, at, 0, Buffer.from(`"${name}":${value},`));
        },
    ),
  fc.constantFrom(...nastyHeaders).map(
    ([name, value]): Mutation =>
      (draft) => {
        draft.headers = [...draft.headers.filter(([other]) => other !== name), [name, value]];
      },
  ),
  fc.constantFrom(...nastyHeaders).map(
    ([name, value]): Mutation =>
      (draft) => {
        draft.headers.push([name, value]);
      },
  ),
  fc.nat({ max: 5 }).map(
    (index): Mutation =>
      (draft) => {
        draft.headers.splice(index, 1);
      },
  ),
  fc.constantFrom("GET", "PUT", "OPTIONS", "HEAD", "TRACE", "PRI", "post", "").map(
    (method): Mutation =>
      (draft) => {
        draft.method = method;
      },
  ),
  fc
    .constantFrom(
      "/",
      "/v1/events/",
      "/v1/events?key=1",
      "/V1/EVENTS",
      "/%zz",
      "//v1/events",
      "*",
      "http://x/v1/events",
      "/metrics",
      "",
    )
    .map(
      (path): Mutation =>
        (draft) => {
          draft.path = path;
        },
    ),
  fc.constantFrom<Draft["framing"]>("chunked", "none", -1, 1, 1_000).map(
    (framing): Mutation =>
      (draft) => {
        draft.framing = framing;
      },
  ),
  fc.constantFrom<Draft["encoding"]>("gzip", "br").map(
    (encoding): Mutation =>
      (draft) => {
        draft.encoding = encoding;
      },
  ),
  fc.constantFrom("gzip", "br", "identity").map(
    (encoding): Mutation =>
      (draft) => {
        draft.headers.push(["content-encoding", encoding]);
      },
  ),
);

/** A damage of the bytes as they go over the wire, head included. */
const damage = fc.oneof(
  { weight: 9, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.tuple(share, fc.uint8Array({ minLength: 1, maxLength: 6 })) },
);

/** Requests that started good and were spoilt in nought to four ways: the bytes to write on a connection. */
export function mutatedRequest(seeds: readonly FuzzSeed[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(mutation, { minLength: 0, maxLength: 4 }), damage)
    .map(([{ method, path, headers, body, sign }, mutations, wireDamage]) => {
      const draft: Draft = {
        method,
        path,
        headers: [["host", "ingest.example"], ...headers.map(([name, value]): [string, string] => [name, value])],
        body: Buffer.from(body),
        framing: method === "GET" && body.length === 0 ? "none" : 0,
        encoding: "none",
        sign,
      };
      for (const mutate of mutations) mutate(draft);
      const bytes = render(draft);
      if (wireDamage === null) return bytes;
      const at = Math.floor(wireDamage[0] * bytes.length);
      return Buffer.concat([bytes.subarray(0, at), wireDamage[1], bytes.subarray(at + wireDamage[1].length)]);
    });
}

function render(draft: Draft): Buffer {
  let { body } = draft;
  const headers = [...draft.headers, ...(draft.sign?.(body) ?? [])];
  if (draft.encoding !== "none") {
    body = draft.encoding === "gzip" ? gzipSync(body) : brotliCompressSync(body);
    headers.push(["content-encoding", draft.encoding]);
  }
  if (draft.framing === "chunked") {
    headers.push(["transfer-encoding", "chunked"]);
    body = Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from("\r\n0\r\n\r\n")]);
  } else if (draft.framing !== "none") {
    headers.push(["content-length", String(body.length + draft.framing)]);
  }
  const head = [`${draft.method} ${draft.path} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"), body]);
}
