import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { SecretsManager, type SecretsManagerServer, startSecretsManagerServer } from "@millrace/aws-simulator";
import { createSecretReader, createSignedRequest } from "../../src/index.ts";

const environment = {
  AWS_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "signing-secret",
  AWS_SESSION_TOKEN: "token",
};
const signal = new AbortController().signal;

describe("against the model of Secrets Manager", () => {
  const secrets = new SecretsManager();
  let server: SecretsManagerServer;
  const read = (id: string) => createSecretReader({ ...environment, AWS_ENDPOINT_URL: server.url })(id, signal);

  beforeAll(async () => {
    secrets.createSecret({ name: "shop/keys", text: "one, ü" });
    server = await startSecretsManagerServer(secrets);
  });
  afterEach(() => secrets.failReads());
  afterAll(() => server.close());

  test("the current version is read, and has another id after a rotation", async () => {
    const first = await read("shop/keys");
    expect(first.text).toBe("one, ü");
    secrets.putSecretValue("shop/keys", "two");
    const second = await read("shop/keys");
    expect(second.text).toBe("two");
    expect(second.versionId).not.toBe(first.versionId);
  });

  test.each([
    [
      "shop/others",
      undefined,
      "The secret shop/others was not read: Secrets Manager answered 400 (ResourceNotFoundException).",
    ],
    ["shop/keys", "AccessDeniedException", "Secrets Manager answered 400 (AccessDeniedException)."],
    ["shop/keys", "InternalServiceError", "Secrets Manager answered 500 (InternalServiceError)."],
  ] as const)("a refusal names the secret and AWS's code: %s, %s", async (id, outage, message) => {
    secrets.failReads(outage);
    await expect(read(id)).rejects.toThrow(message);
    await expect(read(id)).rejects.toMatchObject({ code: "SECRET_READ_FAILED" });
  });
});

describe("against a server of any answer", () => {
  let server: Server;
  let answer: { status: number; body: string } | undefined;
  let requests: { url: string | undefined; headers: IncomingHttpHeaders; body: string }[] = [];
  const endpoint = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const read = (abort = signal) =>
    createSecretReader({ ...environment, AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint() })("shop/keys", abort);

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        requests.push({ url: request.url, headers: request.headers, body });
        if (answer !== undefined) response.writeHead(answer.status).end(answer.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => {
    requests = [];
    answer = undefined;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test("a request says what it wants and is signed, with the session of the function", async () => {
    answer = { status: 200, body: '{"SecretString":"1","VersionId":"v"}' };
    await read();
    const [{ headers, body } = { headers: {} as IncomingHttpHeaders, body: "" }] = requests;
    expect(body).toBe('{"SecretId":"shop/keys"}');
    expect(headers).toMatchObject({
      "x-amz-target": "secretsmanager.GetSecretValue",
      "x-amz-security-token": "token",
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/secretsmanager\/aws4_request, SignedHeaders=.*host.*, Signature=[0-9a-f]{64}$/,
      ),
    });
  });

  test("credentials of a provider are asked for at every request", async () => {
    answer = { status: 200, body: "" };
    let asked = 0;
    const send = createSignedRequest({ name: "s3", endpointVariable: "S3" }, { AWS_ENDPOINT_URL_S3: endpoint() }, () =>
      Promise.resolve({ accessKeyId: `AKID${++asked}`, secretAccessKey: "s" }),
    );
    for (const path of ["/a", "/b"]) await send({ method: "GET", path, signal });
    expect(requests.map(({ headers }) => /AKID\d/.exec(headers["authorization"] ?? "")?.[0])).toEqual([
      "AKID1",
      "AKID2",
    ]);
  });

  test.each([
    ["an answer that is no JSON", { status: 502, body: "<html>" }, "Secrets Manager answered 502."],
    ["a binary secret", { status: 200, body: '{"SecretBinary":"AA==","VersionId":"v"}' }, "it holds no text"],
    ["a code that is none", { status: 400, body: '{"__type":"my secret is 1234"}' }, "Secrets Manager answered 400."],
  ])("%s is told without what it holds", async (_, given, message) => {
    answer = given;
    await expect(read()).rejects.toThrow(message);
    await expect(read()).rejects.not.toThrow("1234");
  });

  test("a server that does not answer is given up when the time is over", async () => {
    const controller = new AbortController();
    const reading = read(controller.signal);
    server.once("request", () => controller.abort());
    await expect(reading).rejects.toThrow("Secrets Manager did not answer in time");
  });

  test("an answer that ends in the middle is none", async () => {
    server.once("request", (_request, response: ServerResponse) => {
      response.writeHead(200, { "content-length": 100 });
      response.write("{", () => response.destroy());
    });
    await expect(read()).rejects.toThrow("Secrets Manager cannot be reached");
  });

  test("a server that is not there is told as such", async () => {
    const reader = createSecretReader({ ...environment, AWS_ENDPOINT_URL_SECRETS_MANAGER: "http://127.0.0.1:1" });
    await expect(reader("shop/keys", signal)).rejects.toThrow("Secrets Manager cannot be reached");
  });
});
