import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fetchObject } from "../../src/reload/fetch-object.ts";

let server: Server;
let requests: { url: string | undefined; headers: IncomingHttpHeaders }[];
let status = 200;
let environment: Record<string, string>;

beforeAll(async () => {
  requests = [];
  server = createServer((request, response) => {
    requests.push({ url: request.url, headers: request.headers });
    const isSame = request.headers["if-none-match"] === '"e1"';
    response.writeHead(isSame ? 304 : status, { etag: '"e1"' }).end(isSame ? undefined : "routes");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  environment = {
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_SESSION_TOKEN: "token",
  };
});

afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

const signal = new AbortController().signal;

test("an object is read with a signed request", async () => {
  expect(await fetchObject("s3://bucket/folder/routes.json", environment)(undefined, signal)).toEqual({
    etag: '"e1"',
    text: "routes",
  });
  const { url, headers } = requests.at(-1)!;
  expect(url).toBe("/bucket/folder/routes.json");
  expect(headers["authorization"]).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/s3\/aws4_request, SignedHeaders=.*host.*, Signature=[0-9a-f]{64}$/,
  );
  expect(headers["x-amz-security-token"]).toBe("token");
});

test("an object that has not changed, or is not there, is nothing new", async () => {
  expect(await fetchObject("s3://bucket/routes.json", environment)('"e1"', signal)).toBeUndefined();
  status = 404;
  expect(await fetchObject("s3://bucket/routes.json", environment)(undefined, signal)).toBeUndefined();
});

test("a refusal is an error that names the object", async () => {
  status = 403;
  await expect(fetchObject("s3://bucket/routes.json", environment)(undefined, signal)).rejects.toThrow(
    "S3 answered 403 for s3://bucket/routes.json",
  );
});
