/** The service's own process, whose keys change under it. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kinesis, SecretsManager, startKinesisServer, startSecretsManagerServer } from "@millrace/aws-simulator";
import { afterEach, expect, test } from "@jest/globals";
import { hashWriteKey } from "../../src/write-keys.ts";
import { type ChildService, shopWriteKey, startChildService, streamName } from "../support/child-service.ts";
import { anEvent, post } from "../support/test-service.ts";
import { until } from "../support/until.ts";

const keysText = (...keys: string[]) =>
  JSON.stringify(keys.map((key) => ({ ...shopWriteKey, name: `web ${key}`, sha256: hashWriteKey(key) })));

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A service with a place for its keys, and what puts others there. */
type Place = () => Promise<{ environment: Record<string, string>; put: (text: string) => void }>;

const inFile: Place = async () => {
  const folder = mkdtempSync(join(tmpdir(), "ingest-keys-"));
  closers.push(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "keys.json");
  const put = (text: string) => {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  put(keysText("one"));
  return { environment: { WRITE_KEYS_FILE: file }, put };
};

const inSecret: Place = async () => {
  const secrets = new SecretsManager();
  const arn = secrets.createSecret({ name: "shop/keys", text: keysText("one") });
  const server = await startSecretsManagerServer(secrets);
  closers.push(() => server.close());
  const environment = { WRITE_KEYS_SECRET_ARN: arn, AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url };
  return { environment, put: (text) => secrets.putSecretValue(arn, text) };
};

async function startWith(environment: Record<string, string>): Promise<ChildService> {
  const kinesis = new Kinesis();
  kinesis.createStream({ streamName });
  const kinesisServer = await startKinesisServer(kinesis);
  closers.push(() => kinesisServer.close());
  const service = await startChildService({
    kinesisUrl: kinesisServer.url,
    environment: { ...environment, WRITE_KEYS_REFRESH_SECONDS: "1" },
  });
  closers.push(async () => {
    service.process.kill("SIGTERM");
    await service.exited;
  });
  return service;
}

test.each([
  ["file", inFile],
  ["secret", inSecret],
])(
  "a key added, rotated and revoked in its %s is in force without a restart; a broken version is told and refused",
  async (_, place) => {
    const { environment, put } = await place();
    const service = await startWith(environment);
    const statusOf = async (key: string) =>
      (await post(service, JSON.stringify(anEvent()), { authorization: `Bearer ${key}` })).status;
    const statuses = async () => [await statusOf("one"), await statusOf("two")];
    const metric = async (line: string) => (await (await fetch(`${service.url}/metrics`)).text()).includes(line);

    expect(await statuses()).toEqual([202, 401]);
    put(keysText("one", "two"));
    await until(async () => (await statusOf("two")) === 202);
    expect(await statuses()).toEqual([202, 202]);

    put('[{"name":"three"}]');
    await until(() => metric('millrace_ingest_write_key_reads_total{outcome="refused"}'));
    expect(await statuses()).toEqual([202, 202]);
    expect(await metric("millrace_ingest_write_keys 2")).toBe(true);

    put(keysText("two"));
    await until(async () => (await statusOf("one")) === 401);
    expect(await statuses()).toEqual([401, 202]);
    const messages = service.log.map(({ msg }) => msg);
    expect(messages.filter((message) => message === "other write keys in force")).toHaveLength(2);
    expect(messages).toContain("write keys not taken, those in force stay");
    expect(JSON.stringify(service.log)).not.toContain(hashWriteKey("one"));
  },
);
