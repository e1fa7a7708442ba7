/** The handler with keys from a model of Secrets Manager, under a virtual clock. */
import { Buffer } from "node:buffer";
import { describe, expect, test } from "@jest/globals";
import { SecretsManager, VirtualClock } from "@millrace/aws-simulator";
import type { BadRow, EnrichedEvent } from "@millrace/event-contracts";
import { createLogger, createTelemetry } from "@millrace/telemetry";
import { openPayload } from "@millrace/privacy-keys";
import { createEnrichmentHandler, createPrivacyKeySource, defaultEnrichments } from "../../src/index.ts";
import { createStreams } from "../kinesis-harness.ts";
import { createPurchase, key, olderKey, readBundledFile, testContracts, toRecord } from "../raw-events.ts";

const secretId = "millrace/test/privacy-keys";
const maxAgeMs = 300_000;
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const secretOf = (...keys: (typeof key)[]) =>
  JSON.stringify(keys.map(({ id, key: bytes }) => ({ id, key: base64(bytes) })));

function createFunction(text = secretOf(olderKey)) {
  const clock = new VirtualClock({ startMs: Date.parse("2026-11-20T10:00:02.000Z") });
  const streams = createStreams({ clock });
  const secrets = new SecretsManager({ clock });
  secrets.createSecret({ name: secretId, text });
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const telemetry = createTelemetry({ service: "enrichment", stage: "test", functionName: "f", clock, write });
  const logger = createLogger({ clock, write });
  let events = 0;

  /** A new environment, as Lambda starts one. */
  const start = () => {
    const handler = createEnrichmentHandler({
      client: streams.client,
      enrichedStreamName: "enriched",
      badRowStreamName: "bad-rows",
      contracts: testContracts(),
      enrichments: defaultEnrichments("test", { readFile: readBundledFile }),
      privacyKeys: createPrivacyKeySource({
        secretId,
        read: async (id) => {
          const { SecretString, VersionId } = secrets.getSecretValue({ SecretId: id });
          return { text: SecretString, versionId: VersionId };
        },
        maxAgeMs,
        clock,
        random: () => 0,
        telemetry,
        logger,
      }),
      clock,
      random: () => 0.5,
      telemetry,
      logger,
    });
    /** One batch of one purchase and one line that cannot be read. */
    return async () => {
      events += 1;
      const data = Buffer.concat([toRecord(createPurchase({ id: `e-${events}` })), Buffer.from(`{oops ${events}\n`)]);
      const event = streams.toEvent([{ partitionKey: "v-1", data }], 49_590 + events);
      const begun = clock.now();
      const answer = handler(event, {
        awsRequestId: "r",
        getRemainingTimeInMillis: () => 30_000 - (clock.now() - begun),
      });
      return clock.run(answer);
    };
  };
  const keysOfEvents = () =>
    streams.read("enriched").flatMap(({ text: record }) =>
      record
        .trimEnd()
        .split("\n")
        .map((line) => {
          const { event, privacy } = JSON.parse(line) as EnrichedEvent;
          const data = event.data as { customer: { email: string } };
          const masked = privacy.masked.find(({ path }) => path === "/data/customer/email");
          return {
            active: data.customer.email.split(".")[0],
            alternates: masked?.alternates?.map(({ keyId }) => keyId),
          };
        }),
    );
  const badRows = () => streams.read("bad-rows").map(({ text: line }) => JSON.parse(line) as BadRow);
  const logged = () =>
    lines
      .filter((line) => !line.includes("_aws"))
      .map((line) => JSON.parse(line) as { level: string; message: string });
  const failures = () =>
    lines.reduce(
      (sum, line) => sum + ((JSON.parse(line) as { privacyKeyFailures?: number }).privacyKeyFailures ?? 0),
      0,
    );
  return { clock, secrets, start, keysOfEvents, badRows, logged, failures, lines };
}

const whole = { batchItemFailures: [] };

describe("a rotation while the function runs", () => {
  test("masks and seals what comes after it with the new key, and knows the value under the old one", async () => {
    const { clock, secrets, start, keysOfEvents, badRows, logged } = createFunction();
    const invoke = start();
    expect(await invoke()).toEqual(whole);

    secrets.putSecretValue(secretId, secretOf(key, olderKey));
    await clock.runFor(maxAgeMs);
    // This batch finds its keys old: it goes on with them and has them read.
    expect(await invoke()).toEqual(whole);
    expect(await invoke()).toEqual(whole);

    expect(keysOfEvents()).toEqual([
      { active: olderKey.id, alternates: undefined },
      { active: olderKey.id, alternates: undefined },
      { active: key.id, alternates: [olderKey.id] },
    ]);
    expect(badRows().map(({ encryption }) => encryption?.keyId)).toEqual([olderKey.id, olderKey.id, key.id]);
    for (const { payload, encryption } of badRows()) {
      const sealed = { bytes: Buffer.from(payload, "base64"), keyId: encryption?.keyId ?? "" };
      expect(Buffer.from(openPayload(sealed, [key, olderKey])).toString()).toMatch(/^\{oops \d$/);
    }
    expect(logged().filter(({ message }) => message === "Other privacy keys are in force")).toHaveLength(1);
  });

  test("to a version that cannot be used leaves the keys in force, and names the secret and the fault without a value", async () => {
    const { clock, secrets, start, keysOfEvents, failures, lines } = createFunction();
    const invoke = start();
    await invoke();
    secrets.putSecretValue(secretId, '[{"id":"k1","key":"c2hvcnQtYnV0LXNlY3JldA=="}]');
    await clock.runFor(maxAgeMs);
    await invoke();
    await invoke();
    expect(keysOfEvents().map(({ active }) => active)).toEqual([olderKey.id, olderKey.id, olderKey.id]);
    expect(failures()).toBe(1);
    const [told = ""] = lines.filter((line) => line.includes("those in force stay"));
    expect(told).toContain(
      "the secret millrace/test/privacy-keys[0].key: expected the base64 of at least 32 bytes, got 16",
    );
    expect(lines.join()).not.toContain("c2hvcnQtYnV0");
  });
});

describe("an outage of Secrets Manager", () => {
  test("at start gives batches back, whole and not as bad rows, and ends by itself", async () => {
    const { secrets, start, keysOfEvents, badRows, logged, failures } = createFunction();
    secrets.failReads("InternalServiceError");
    const invoke = start();
    expect(await invoke()).toEqual({ batchItemFailures: [{ itemIdentifier: "49591" }] });
    expect([keysOfEvents(), badRows()]).toEqual([[], []]);
    expect(failures()).toBeGreaterThan(3);
    expect(logged().at(-1)).toMatchObject({
      level: "error",
      message: "Records are given back to Lambda: there is no privacy key",
    });
    secrets.failReads();
    expect(await invoke()).toEqual(whole);
    expect(keysOfEvents()).toHaveLength(1);
  });

  test("shorter than an invocation costs the first batch nothing but time", async () => {
    const { clock, secrets, start, keysOfEvents } = createFunction();
    secrets.failReads("ThrottlingException");
    clock.setTimeout(() => secrets.failReads(), 9_000);
    expect(await start()()).toEqual(whole);
    expect(keysOfEvents()).toHaveLength(1);
  });

  test("later leaves the keys in force and holds no batch up", async () => {
    const { clock, secrets, start, keysOfEvents, failures } = createFunction();
    const invoke = start();
    await invoke();
    secrets.failReads("InternalServiceError");
    for (let batch = 0; batch < 3; batch += 1) {
      await clock.runFor(maxAgeMs);
      const begun = clock.now();
      expect(await invoke()).toEqual(whole);
      expect(clock.now() - begun).toBeLessThan(100);
    }
    await invoke();
    expect(keysOfEvents()).toHaveLength(5);
    expect(failures()).toBe(3);
  });

  test("and a secret that was never of use are told alike at start: what is wrong, and that batches are given back", async () => {
    const { start, lines } = createFunction('{"not":"a list"}');
    await start()();
    expect(lines.join()).toContain("Expected the secret millrace/test/privacy-keys to be an array of 1 to 4 keys");
    expect(lines.join()).toContain("without any, batches are given back");
  });
});
