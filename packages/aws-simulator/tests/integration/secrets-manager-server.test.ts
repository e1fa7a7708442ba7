/** The unmodified Secrets Manager client against the front end. */
import {
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { SecretsManager, type SecretsManagerServer, startSecretsManagerServer } from "../../src/index.ts";

let secrets: SecretsManager;
let server: SecretsManagerServer;
let client: SecretsManagerClient;
let arn: string;

beforeEach(async () => {
  secrets = new SecretsManager({ region: "eu-west-1" });
  arn = secrets.createSecret({ name: "shop/keys", text: '["first"]' });
  server = await startSecretsManagerServer(secrets);
  client = new SecretsManagerClient({
    endpoint: server.url,
    region: "eu-west-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await server.close();
});

const read = (input: { SecretId: string; VersionId?: string; VersionStage?: string }) =>
  client.send(new GetSecretValueCommand(input));

test("a secret is read by name and by ARN, which ends as those of AWS do", async () => {
  expect(arn).toMatch(/^arn:aws:secretsmanager:eu-west-1:000000000000:secret:shop\/keys-[A-Za-z0-9]{6}$/);
  const byName = await read({ SecretId: "shop/keys" });
  expect(byName).toMatchObject({
    ARN: arn,
    Name: "shop/keys",
    SecretString: '["first"]',
    VersionStages: ["AWSCURRENT"],
  });
  expect(byName.CreatedDate).toBeInstanceOf(Date);
  expect((await read({ SecretId: arn })).VersionId).toBe(byName.VersionId);
});

test("a rotation gives a new version, and keeps the one before under its id and as AWSPREVIOUS", async () => {
  const { VersionId: first = "" } = await read({ SecretId: arn });
  const { VersionId: second } = secrets.putSecretValue("shop/keys", '["second"]');
  expect(await read({ SecretId: arn })).toMatchObject({ SecretString: '["second"]', VersionId: second });
  expect(await read({ SecretId: arn, VersionStage: "AWSPREVIOUS" })).toMatchObject({ SecretString: '["first"]' });
  expect(await read({ SecretId: arn, VersionId: first })).toMatchObject({ VersionStages: ["AWSPREVIOUS"] });
});

test("a rotation may come over HTTP, too", async () => {
  const put = await client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: "2" }));
  expect(put).toMatchObject({ ARN: arn, Name: "shop/keys", VersionStages: ["AWSCURRENT"] });
  expect(await read({ SecretId: arn })).toMatchObject({ SecretString: "2", VersionId: put.VersionId });
  await expect(client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: "" }))).rejects.toMatchObject({
    name: "ValidationException",
  });
});

test("what is not there is answered in the words of AWS", async () => {
  await expect(read({ SecretId: "shop/others" })).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    message: "Secrets Manager can't find the specified secret.",
    $metadata: { httpStatusCode: 400 },
  });
  await expect(read({ SecretId: arn, VersionStage: "AWSPREVIOUS" })).rejects.toThrow(
    "Secrets Manager can't find the specified secret value for staging label: AWSPREVIOUS",
  );
});

test("an outage lasts until it is ended, and every read is counted", async () => {
  secrets.failReads("InternalServiceError");
  await expect(read({ SecretId: arn })).rejects.toMatchObject({
    name: "InternalServiceError",
    $metadata: { httpStatusCode: 500 },
  });
  secrets.failReads();
  expect((await read({ SecretId: arn })).SecretString).toBe('["first"]');
  expect(secrets.reads).toBe(2);
});

test("a request without a signature is refused, and an operation that is not modelled says so", async () => {
  const headers = { "x-amz-target": "secretsmanager.GetSecretValue" };
  const unsigned = await fetch(server.url, { method: "POST", headers, body: '{"SecretId":"shop/keys"}' });
  expect([unsigned.status, await unsigned.json()]).toEqual([
    400,
    { __type: "MissingAuthenticationTokenException", message: "Missing Authentication Token" },
  ]);
  await expect(client.send(new ListSecretsCommand({}))).rejects.toMatchObject({ name: "UnknownOperationException" });
});

test("a name is taken once, and a value that AWS would not store is refused", () => {
  expect(() => secrets.createSecret({ name: "shop/keys", text: "1" })).toThrow(
    "The operation failed because the secret shop/keys already exists.",
  );
  expect(() => secrets.putSecretValue(arn, "x".repeat(65_537))).toThrow(/between 1 and 65536, got 65537/);
});
