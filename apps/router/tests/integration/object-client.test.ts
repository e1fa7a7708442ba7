import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { MemoryObjectStore, type ObjectStoreServer, startObjectStoreServer } from "@millrace/aws-simulator";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ObjectRefusedError } from "@millrace/destinations";
import { createObjectClient } from "../../src/s3/object-client.ts";

const environment = {
  AWS_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_SESSION_TOKEN: "token",
};
const signal = new AbortController().signal;

describe("against the model of S3", () => {
  const store = new MemoryObjectStore();
  let server: ObjectStoreServer;
  const client = () => createObjectClient({ ...environment, AWS_ENDPOINT_URL_S3: server.url });

  beforeAll(async () => {
    server = await startObjectStoreServer(store);
  });
  afterAll(() => server.close());

  test("an object is stored as it is, under its key, with the digest that S3 asks for", async () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, index) => index);
    await client().put("s3://bucket/undelivered/shop/shop/date=2026-03-01/hour=12/a.json.gz", bytes, signal);
    const stored = await store.get("bucket", "undelivered/shop/shop/date=2026-03-01/hour=12/a.json.gz");
    expect(Uint8Array.from(stored.bytes)).toEqual(bytes);
  });

  test("an object is read once, and again only when it is another one", async () => {
    await store.put("bucket", "routes.json", Buffer.from("one"));
    const first = await client().get("s3://bucket/routes.json", undefined, signal);
    expect(first?.text).toBe("one");
    expect(await client().get("s3://bucket/routes.json", first?.etag, signal)).toBeUndefined();
    await store.put("bucket", "routes.json", Buffer.from("two"));
    expect(await client().get("s3://bucket/routes.json", first?.etag, signal)).toMatchObject({ text: "two" });
  });

  test("an object that is not there is nothing new", async () => {
    expect(await client().get("s3://bucket/nothing", undefined, signal)).toBeUndefined();
  });
});

describe("against a server that refuses", () => {
  let server: Server;
  let requests: { url: string | undefined; headers: IncomingHttpHeaders }[];
  let status: number;
  const client = () => {
    const { port } = server.address() as AddressInfo;
    return createObjectClient({ ...environment, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` });
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      requests.push({ url: request.url, headers: request.headers });
      request.resume().on("end", () => response.writeHead(status).end("<Error/>"));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  beforeEach(() => {
    requests = [];
  });
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

  test("requests are signed, with the session of the function", async () => {
    status = 200;
    await client().put("s3://bucket/folder/k", Buffer.from("x"), signal);
    const [{ url, headers } = { url: "", headers: {} as IncomingHttpHeaders }] = requests;
    expect(url).toBe("/bucket/folder/k");
    expect(headers["authorization"]).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/s3\/aws4_request, SignedHeaders=.*host.*x-amz-content-sha256.*, Signature=[0-9a-f]{64}$/,
    );
    expect(headers["x-amz-security-token"]).toBe("token");
  });

  test.each([403, 404, 301])("%i for a put is final: asking again will not help", async (code) => {
    status = code;
    const put = client().put("s3://bucket/k", Buffer.from("x"), signal);
    await expect(put).rejects.toThrow(new ObjectRefusedError(`S3 answered ${code} for s3://bucket/k`));
  });

  test.each([429, 500, 503])("%i may pass", async (code) => {
    status = code;
    const put = client().put("s3://bucket/k", Buffer.from("x"), signal);
    await expect(put).rejects.toThrow(`S3 answered ${code} for s3://bucket/k`);
    await expect(put).rejects.not.toBeInstanceOf(ObjectRefusedError);
  });

  test("a refusal to read is an error that names the object", async () => {
    status = 403;
    await expect(client().get("s3://bucket/routes.json", undefined, signal)).rejects.toThrow(
      "S3 answered 403 for s3://bucket/routes.json",
    );
  });
});
