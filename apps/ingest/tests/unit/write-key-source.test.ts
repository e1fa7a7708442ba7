import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { SecretsManager, type SecretsManagerErrorCode, VirtualClock } from "@millrace/aws-simulator";
import { SecretReadError } from "@millrace/aws-request";
import { systemClock } from "@millrace/put-records";
import { ConfigError } from "../../src/config.ts";
import { createEventService } from "../../src/event-service.ts";
import { parseWriteKeys } from "../../src/write-key-document.ts";
import { openWriteKeys } from "../../src/write-key-source.ts";
import { hashWriteKey, type WriteKeyConfig } from "../../src/write-keys.ts";
import { MemoryStream } from "../support/memory-stream.ts";
import { anEvent } from "../support/test-service.ts";

const refreshMs = 30_000;
const keyOf = (name: string): WriteKeyConfig => ({
  name,
  sha256: hashWriteKey(name),
  tenantId: "shop",
  sources: ["*"],
});
const textOf = (...names: string[]) => JSON.stringify(names.map(keyOf));

function faultsOf(parse: () => unknown): readonly string[] {
  try {
    parse();
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe("parseWriteKeys", () => {
  const parse = (value: unknown) =>
    faultsOf(() => parseWriteKeys(typeof value === "string" ? value : JSON.stringify(value), "The secret shop/keys"));

  test("names every fault with its place, at once", () => {
    expect(parse([{ name: "", sha256: "key", tenantId: "t", sources: [], extra: 1 }])).toEqual([
      expect.stringMatching(/^The secret shop\/keys\.0\.name: /),
      "The secret shop/keys.0.sha256: Expected the SHA-256 of the key: 64 hexadecimal digits.",
      expect.stringMatching(/^The secret shop\/keys\.0\.sources: /),
      expect.stringMatching(/^The secret shop\/keys\.0: .*extra/),
    ]);
    expect(parse("{")).toEqual(["The secret shop/keys: is not JSON."]);
    expect(parse([keyOf("a"), keyOf("a")])).toContain("The secret shop/keys: Two keys have the same name.");
    expect(parse([{ ...keyOf("a"), sha256: [keyOf("a").sha256, keyOf("b").sha256] }, keyOf("b")])).toEqual([
      "The secret shop/keys: Two keys have the same sha256.",
    ]);
    expect(parse([{ ...keyOf("a"), kind: "webhook", forwardsClient: true }])).toEqual([
      'The secret shop/keys.0.kind: Expected `"kind": "backend"` where `forwardsClient` is true.',
    ]);
  });

  test("takes every member", () => {
    const full: WriteKeyConfig = {
      ...keyOf("a"),
      sha256: [hashWriteKey("old"), hashWriteKey("new")],
      kind: "webhook",
      quotas: { eventsPerSecond: 100, bytesPerSecond: 1e6, burstSeconds: 5 },
      adapters: { snowplow: { appIds: ["shop"] }, github: { secrets: ["s"] } },
      revoked: false,
    };
    expect(parseWriteKeys(JSON.stringify([full]), "file")).toEqual([full]);
  });

  test("finds what is wrong with the settings of adapters", () => {
    expect(parse([{ ...keyOf("a"), adapters: { segmnt: {}, github: {} } }])).toEqual([
      expect.stringContaining("keys.0.adapters.segmnt: Expected one of segment, "),
      "The secret shop/keys.0.adapters.github.secrets: is missing.",
    ]);
    const elsewhere = {
      ...keyOf("a"),
      sources: ["https://shop.example/*"],
      adapters: { segment: { source: "https://evil.example" } },
    };
    expect(parse([elsewhere])).toEqual([
      "The secret shop/keys.0.adapters.segment.source: Expected a URI reference that `sources` of the key names.",
    ]);
    const snowplow = { adapters: { snowplow: { appIds: ["shop"] } } };
    expect(
      parse([
        { ...keyOf("a"), ...snowplow },
        { ...keyOf("b"), ...snowplow },
      ]),
    ).toEqual(["The secret shop/keys: Two keys have the same app id of Snowplow."]);
  });

  test("never quotes a value, which may be a key in clear", () => {
    expect(parse(`[{"name":"web","sha256":"in-clear"`).join()).not.toContain("in-clear");
    expect(parse([{ ...keyOf("web"), sha256: "in-clear" }]).join()).not.toContain("in-clear");
  });
});

function create(text = textOf("a"), outageAtStart?: SecretsManagerErrorCode) {
  const clock = new VirtualClock();
  const secrets = new SecretsManager({ clock });
  secrets.createSecret({ name: "shop/keys", text });
  const outage = (code?: SecretsManagerErrorCode) => secrets.failReads(code);
  outage(outageAtStart);
  const outcomes: string[] = [];
  const opening = openWriteKeys({
    place: { WRITE_KEYS_SECRET_ARN: "shop/keys" },
    readSecret: async (id) => {
      try {
        const { SecretString, VersionId } = secrets.getSecretValue({ SecretId: id });
        return { text: SecretString, versionId: VersionId };
      } catch (error) {
        throw new SecretReadError(id, `Secrets Manager answered 500 (${(error as { code: string }).code})`);
      }
    },
    maxAgeMs: refreshMs,
    clock,
    random: () => 0,
    onRead: ({ outcome }) => outcomes.push(outcome),
  });
  return { clock, secrets, outcomes, opening, outage };
}

describe("keys in a secret", () => {
  test("let in who has one of them, at every request anew: two while rotating, and none that is revoked", async () => {
    const { clock, secrets, opening } = create();
    const writeKeys = await clock.run(opening);
    const service = createEventService({
      putRecords: new MemoryStream(),
      writeKeys,
      clock,
      random: () => 0,
      newId: () => "id",
    });
    const body = Buffer.from(JSON.stringify(anEvent()));
    const statuses = async () => {
      const replies = ["a", "b"].map((key) =>
        service.handle({ headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body }),
      );
      return (await clock.run(Promise.all(replies))).map(({ status }) => status);
    };
    expect(await statuses()).toEqual([202, 401]);
    secrets.putSecretValue("shop/keys", textOf("a", "b"));
    expect(await statuses()).toEqual([202, 401]);
    await clock.runFor(refreshMs);
    expect(await statuses()).toEqual([202, 202]);
    secrets.putSecretValue("shop/keys", textOf("b"));
    await clock.runFor(refreshMs);
    expect(await statuses()).toEqual([401, 202]);
    writeKeys.stop();
  });

  test("stay in force through a version that cannot be used and through an outage", async () => {
    const { clock, secrets, outcomes, opening, outage } = create();
    const writeKeys = await clock.run(opening);
    secrets.putSecretValue("shop/keys", '[{"name":"b"}]');
    await clock.runFor(refreshMs);
    outage("InternalServiceError");
    await clock.runFor(5_000);
    expect(writeKeys.current()).toEqual([keyOf("a")]);
    outage();
    secrets.putSecretValue("shop/keys", textOf("b"));
    await clock.runFor(5_000);
    expect(writeKeys.current()).toEqual([keyOf("b")]);
    expect(outcomes).toEqual(["changed", "refused", "failed", "changed"]);
    writeKeys.stop();
  });

  test("are waited for at start through a short outage", async () => {
    const { clock, opening, outage, outcomes } = create(textOf("a"), "ThrottlingException");
    clock.setTimeout(() => outage(), 4_500);
    const writeKeys = await clock.run(opening);
    expect(writeKeys.current()).toEqual([keyOf("a")]);
    expect(outcomes).toEqual(["failed", "failed", "failed", "failed", "failed", "changed"]);
    writeKeys.stop();
  });

  test("that nobody can read for 20 s, or that cannot be used, end the start with the secret's name and the reason", async () => {
    const down = create(textOf("a"), "InternalServiceError");
    const begun = down.clock.now();
    await expect(down.clock.run(down.opening)).rejects.toThrow(
      "WRITE_KEYS_SECRET_ARN: The secret shop/keys was not read: Secrets Manager answered 500 (InternalServiceError).",
    );
    expect(down.clock.now() - begun).toBe(20_000);
    const wrong = create("[]");
    await expect(wrong.clock.run(wrong.opening)).rejects.toThrow(/The secret shop\/keys: /);
  });
});

test("a file that is not there ends the start at once", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ingest-keys-"));
  const open = (name: string) =>
    openWriteKeys({
      place: { WRITE_KEYS_FILE: join(folder, name) },
      readSecret: () => Promise.reject(new Error("not asked")),
      maxAgeMs: refreshMs,
      clock: systemClock,
      random: () => 0,
      onRead: () => undefined,
    });
  try {
    await expect(open("none.json")).rejects.toThrow("WRITE_KEYS_FILE: cannot be read (ENOENT).");
    writeFileSync(join(folder, "keys.json"), textOf("a"));
    const writeKeys = await open("keys.json");
    expect(writeKeys.current()).toEqual([keyOf("a")]);
    writeKeys.stop();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
