import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type ProblemCode, problems, problemType } from "../../src/problems.ts";
import { type OpenApi, readOpenApi } from "../support/openapi.ts";
import { exchangeRaw } from "../support/raw-http.ts";
import {
  anEvent,
  backendKey,
  meteredKey,
  revokedKey,
  shopKey,
  startTestService,
  type TestService,
} from "../support/test-service.ts";

/** A request that has the problem, as the bytes a client writes. */
interface ProblemCase {
  readonly request: string | Buffer;
  /** Text of the answer beside the code. */
  readonly members?: Record<string, unknown>;
}

const authorization = `authorization: Bearer ${shopKey}\r\n`;
const jsonType = "content-type: application/json\r\n";

function request(start: string, headers: string, body: string | Buffer = ""): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([
    Buffer.from(`${start} HTTP/1.1\r\nhost: ingest\r\n${headers}content-length: ${bytes.byteLength}\r\n\r\n`),
    bytes,
  ]);
}

const postBody = (body: string | Buffer, headers = "") =>
  request("POST /v1/events", authorization + (headers.includes("content-type") ? "" : jsonType) + headers, body);

const postEvent = (overrides: Record<string, unknown>, headers = "") =>
  postBody(JSON.stringify(anEvent(overrides)), headers);

const maxBodyBytes = 20_000;

/** One request for each code; the type makes a code without a case a compile error. */
const cases: Record<ProblemCode, ProblemCase> = {
  "malformed-request": { request: "GET / HTTP/9.9\r\n\r\n" },
  "request-timeout": { request: "POST /v1/events HTTP/1.1\r\nhost: ingest\r\ncontent-le" },
  "headers-too-large": { request: request("GET /healthz", `x: ${"y".repeat(20_000)}\r\n`) },
  "unsupported-expectation": { request: request("POST /v1/events", "expect: tea\r\n") },
  "not-found": { request: request("GET /v2/events", "") },
  "method-not-allowed": { request: request("PUT /v1/events", authorization) },
  "origin-not-allowed": { request: request("OPTIONS /v1/events", "origin: https://evil.example\r\n") },
  "missing-credentials": { request: request("POST /v1/events", jsonType, "{}") },
  "malformed-credentials": { request: request("POST /v1/events", `authorization: nonsense\r\n${jsonType}`, "{}") },
  "unknown-write-key": { request: request("POST /v1/events", `authorization: Bearer guess\r\n${jsonType}`, "{}") },
  "revoked-write-key": {
    request: request("POST /v1/events", `authorization: Bearer ${revokedKey}\r\n${jsonType}`, "{}"),
  },
  "backend-key-in-url": { request: request(`POST /v1/events?key=${backendKey}`, jsonType, "{}") },
  "invalid-signature": { request: request("POST /v1/webhooks/github/sdks", jsonType, "{}") },
  "adapter-not-enabled": { request: request("POST /v1/batch", authorization, "{}") },
  "redirect-refused": { request: request("GET /r/tp2?u=https://evil.example", "") },
  "malformed-idempotency-key": { request: postBody("{}", "idempotency-key: a b\r\n"), members: { limit: 255 } },
  "unsupported-media-type": { request: postBody("<a/>", "content-type: text/xml\r\n") },
  "unsupported-content-encoding": { request: postBody("{}", "content-encoding: compress\r\n") },
  "malformed-content-encoding": { request: postBody("{}", "content-encoding: gzip\r\n") },
  "decompressed-body-too-large": {
    request: postBody(gzipSync(Buffer.alloc(10_000_000, " ")), "content-encoding: gzip\r\n"),
    members: { limit: maxBodyBytes },
  },
  "body-too-large": { request: postBody(Buffer.alloc(maxBodyBytes + 1, " ")), members: { limit: maxBodyBytes } },
  "empty-body": { request: postBody("") },
  "malformed-utf8": { request: postBody(Buffer.from([0x22, 0xff, 0x22])) },
  "malformed-json": { request: postBody('{\n  "id": nonsense\n}'), members: { line: 2, column: 9 } },
  "empty-batch": { request: postBody("[]") },
  "too-many-events": { request: postBody("[1,2,3,4,5,6]"), members: { limit: 5 } },
  "no-event-accepted": { request: postBody('[1,{"specversion":"0.3"}]'), members: { accepted: 0, ids: [] } },
  "event-not-an-object": { request: postBody('"event"') },
  "missing-attribute": { request: postEvent({ type: undefined }), members: { attribute: "type" } },
  "unsupported-specversion": { request: postEvent({ specversion: "0.3" }), members: { attribute: "specversion" } },
  "invalid-attribute-name": { request: postEvent({ userId: "7" }) },
  "invalid-attribute-type": { request: postEvent({ id: 7 }), members: { attribute: "id" } },
  "invalid-attribute-value": { request: postEvent({ time: "yesterday" }), members: { attribute: "time" } },
  "attribute-too-long": {
    request: postEvent({ subject: "s".repeat(1_025) }),
    members: { attribute: "subject", limit: 1_024 },
  },
  "too-many-attributes": {
    request: postEvent(Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`x${index}`, index]))),
    members: { limit: 64 },
  },
  "duplicate-attribute": {
    request: postBody(`{"id":"2",${JSON.stringify(anEvent()).slice(1)}`),
    members: { attribute: "id" },
  },
  "reserved-attribute": { request: postEvent({ tenantid: "other" }), members: { attribute: "tenantid" } },
  "unsupported-data": { request: postEvent({ data_base64: "AAAA" }), members: { attribute: "data_base64" } },
  "event-too-deep": { request: postBody(`{"specversion":"1.0","data":${"[".repeat(99)}${"]".repeat(99)}}`) },
  "event-too-large": { request: postEvent({ data: "x".repeat(5_000) }), members: { limit: 4_096 } },
  "source-not-allowed": { request: postEvent({ source: "https://evil.example" }), members: { attribute: "source" } },
  "event-not-storable": { request: postEvent({ subject: "invalid" }), members: { accepted: 0, ids: [] } },
  "quota-exceeded": {
    request: request(
      "POST /v1/events",
      `authorization: Bearer ${meteredKey}\r\n${jsonType}`,
      JSON.stringify(anEvent()),
    ),
    members: { retryAfterSeconds: expect.any(Number) },
  },
  "key-over-share": {
    request: postBody(" ".repeat(9_000), "content-type: application/x-ndjson\r\n"),
    members: { retryAfterSeconds: 1 },
  },
  overloaded: { request: postEvent({ subject: "refused" }) },
  "stream-unavailable": {
    request: postEvent({ subject: "throttled" }),
    members: { unconfirmed: [{ index: 0, id: "1", reason: "throttled", isAmbiguous: false }] },
  },
  "preview-unavailable": { request: request("POST /v1/validate", authorization + jsonType, JSON.stringify(anEvent())) },
  "internal-error": { request: postEvent({ subject: "bug" }) },
};

let service: TestService;
let openApi: OpenApi;

beforeAll(async () => {
  service = await startTestService({
    maxBodyBytes,
    maxEventBytes: 4_096,
    maxEventsPerRequest: 5,
    maxInFlightBytes: 64_000,
    corsOrigins: ["https://shop.example"],
    server: { headersTimeoutMs: 800, requestTimeoutMs: 1_500 },
  });
  openApi = await readOpenApi(service);
  service.stream.decide = ({ partitionKey }) => {
    if (partitionKey === "bug") throw new Error("secret detail");
    const isFate = partitionKey === "refused" || partitionKey === "throttled" || partitionKey === "invalid";
    return isFate ? partitionKey : "delivered";
  };
  await exchangeRaw(service.port, cases["quota-exceeded"].request);
});

afterAll(() => service.close());

describe("each documented problem", () => {
  test.each(Object.keys(problems) as ProblemCode[])("%s", async (code) => {
    const { request: bytes, members = {} } = cases[code];
    const answer = await exchangeRaw(service.port, bytes);
    expect(answer.contentType).toBe("application/problem+json");
    const { status, title } = problems[code];
    expect(answer.status).toBe(status);
    const json: unknown = JSON.parse(answer.body);
    const documented = { status, contentType: answer.contentType ?? "", json };
    expect(openApi.faultsOfAnswer(code === "preview-unavailable" ? "/v1/validate" : "/v1/events", documented)).toEqual(
      [],
    );
    expect(json).toMatchObject({
      type: problemType(code),
      title,
      status,
      code,
      detail: expect.stringMatching(/^[A-Z`].*\.$/),
      ...members,
    });
    expect(answer.body).not.toContain("secret");
    // The service goes on as if nothing had been.
    expect((await exchangeRaw(service.port, postEvent({}))).status).toBe(202);
  });

  test("there is a case for each, and none besides", () => {
    expect(Object.keys(cases).sort()).toEqual(Object.keys(problems).sort());
  });
});

describe("headers that explain a problem", () => {
  const headersOf = async (init: RequestInit, path = "/v1/events") => (await fetch(service.url + path, init)).headers;
  const authorized = { authorization: `Bearer ${shopKey}`, "content-type": "application/json" };

  test("401 names the scheme", async () => {
    expect((await headersOf({ method: "POST" })).get("www-authenticate")).toBe('Bearer realm="millrace"');
  });

  test("415 names what is accepted", async () => {
    const badType = await headersOf({ method: "POST", headers: { ...authorized, "content-type": "a/b" }, body: "x" });
    expect(badType.get("accept-post")).toContain("application/x-ndjson");
    const badEncoding = await headersOf({
      method: "POST",
      headers: { ...authorized, "content-encoding": "compress" },
      body: "x",
    });
    expect(badEncoding.get("accept-encoding")).toBe("gzip, br, zstd, deflate, identity");
  });

  test("405 names the methods", async () => {
    expect((await headersOf({ method: "DELETE" })).get("allow")).toBe("POST, OPTIONS");
  });

  test("503 says when to come back", async () => {
    for (const subject of ["throttled", "refused"]) {
      const body = JSON.stringify(anEvent({ subject }));
      expect((await headersOf({ method: "POST", headers: authorized, body })).get("retry-after")).toBe("1");
    }
  });
});

test("a path that is not percent-encoded is the client's fault", async () => {
  const answer = await exchangeRaw(service.port, request("GET /%zz", ""));
  expect([answer.status, answer.contentType]).toEqual([404, "application/problem+json"]);
});

test("the raw client of these tests tells a missing answer from an answer", async () => {
  const silent = createServer((incoming) => incoming.socket.destroy()).listen(0);
  const address = silent.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  expect((await exchangeRaw(port, request("GET /", ""))).status).toBe(0);
  silent.close();
});
