import { describe, expect, test } from "@jest/globals";
import { loadConfig, parseEnvironmentName, validateConfig } from "../../src/config/load-config.ts";
import { ENVIRONMENTS, type EnvironmentConfig } from "../../src/config/schema.ts";
import { bytes, days, kibibytes, replicas, retries, seconds } from "../../src/config/units.ts";
import { ConfigError, UnknownEnvironmentError } from "../../src/errors.ts";

const local = loadConfig("local");
const prod = loadConfig("prod");

function faultsOf(environment: string, input: unknown): readonly string[] {
  try {
    validateConfig(environment, input);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

test.each(ENVIRONMENTS)("%s is valid and says so itself", (environment) => {
  expect(loadConfig(environment).environment).toBe(environment);
});

test("every fault comes at once, each with the path of its value and what was expected", () => {
  const faults = faultsOf("local", {
    ...local,
    aws: { accountId: "12", region: "moon" },
    surplus: true,
    mappings: {
      ...local.mappings,
      router: { ...local.mappings.router, maximumRetryAttempts: -1, parallelizationFactor: 11 },
    },
    delivery: { ...local.delivery, enriched: { bufferInterval: 901, bufferSize: "1" } },
    logs: { retention: 2, level: "info" },
  });
  expect(faults).toEqual([
    'aws.accountId: Expected a 12-digit AWS account id, got "12" (string)',
    'aws.region: Expected an AWS region such as eu-west-1, got "moon" (string)',
    "mappings.router.parallelizationFactor: Expected invocations per shard from 1 to 10, got 11 (number)",
    "mappings.router.maximumRetryAttempts: Expected a finite number of retries from 0 to 10000, got -1 (number)",
    "delivery.enriched.bufferInterval: Expected seconds from 0 to 900, got 901 (number)",
    'delivery.enriched.bufferSize: Expected MiB from 1 to 128, got "1" (string)',
    "logs.retention: Expected days to be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, got 2 (number)",
    '(root): Unrecognized key: "surplus"',
  ]);
});

test("the error names the file to open", () => {
  expect(() => validateConfig("dev", {})).toThrow("infra/src/config/dev.ts");
});

test("infinite retries and infinite age cannot be written down", () => {
  const router = { ...local.mappings.router, maximumRetryAttempts: -1, maximumRecordAge: -1 };
  expect(faultsOf("local", { ...local, mappings: { ...local.mappings, router } })).toHaveLength(2);
});

describe("values that are sound alone but not together", () => {
  const cases: readonly (readonly [title: string, base: EnvironmentConfig, change: object, fault: RegExp])[] = [
    [
      "an event that cannot fit its record",
      prod,
      { ingest: { ...prod.ingest, maxEvent: bytes(1024 * 1024) } },
      /^ingest\.maxEvent: 1048576 bytes plus what ingest adds/,
    ],
    [
      "an event that cannot fit its request",
      prod,
      { ingest: { ...prod.ingest, maxBody: bytes(1024) } },
      /^ingest\.maxEvent: 262144 bytes exceed ingest\.maxBody of 1024/,
    ],
    [
      "enriched records smaller than raw ones",
      prod,
      { streams: { ...prod.streams, raw: { ...prod.streams.raw, maxRecordSize: kibibytes(2048) } } },
      /^streams\.enriched\.maxRecordSize: 1024 KiB is less than/,
    ],
    [
      "records that no invocation can carry",
      prod,
      {
        streams: {
          ...prod.streams,
          enriched: { ...prod.streams.enriched, maxRecordSize: kibibytes(10_240) },
          destinations: { ...prod.streams.destinations, maxRecordSize: kibibytes(10_240) },
        },
      },
      /^streams\.enriched\.maxRecordSize: 10240 KiB can never be handed to a function/,
    ],
    [
      "records that expire before they are given up",
      prod,
      {
        mappings: { ...prod.mappings, router: { ...prod.mappings.router, maximumRecordAge: seconds(604_800 - 1) } },
        streams: { ...prod.streams, enriched: { ...prod.streams.enriched, retention: 24 } },
      },
      /^mappings\.router\.maximumRecordAge: 604799 s is longer than streams\.enriched\.retention of 24 h/,
    ],
    [
      "no time for a second invocation",
      prod,
      { mappings: { ...prod.mappings, router: { ...prod.mappings.router, maximumRecordAge: seconds(60) } } },
      /^mappings\.router\.maximumRecordAge: 60 s does not leave room for two invocations/,
    ],
    [
      "fewer replicas at most than at least",
      prod,
      { ingest: { ...prod.ingest, replicas: { ...prod.ingest.replicas, max: replicas(2) } } },
      /^ingest\.replicas\.min: 3 exceeds/,
    ],
    [
      "a lake that forgets before it cools",
      prod,
      { lake: { ...prod.lake, expireAfter: days(30) } },
      /^lake\.expireAfter: 30 days is not after/,
    ],
    [
      "secrets in the repository",
      prod,
      { privacyKeys: local.privacyKeys },
      /^privacyKeys: only local may write its keys inline/,
    ],
    [
      "a public write key outside local",
      prod,
      { ingest: { ...prod.ingest, localWriteKey: "key" } },
      /^ingest\.localWriteKey: only local has one/,
    ],
    [
      "prod with two replicas for three zones",
      prod,
      { ingest: { ...prod.ingest, replicas: { ...prod.ingest.replicas, min: replicas(2) } } },
      /^ingest\.replicas\.min: prod runs in three zones/,
    ],
  ];
  test.each(cases)("%s", (_title, base, change, fault) => {
    expect(faultsOf(base.environment, { ...base, ...change })).toEqual([expect.stringMatching(fault)]);
  });
});

test("an environment that does not exist is answered with those that do", () => {
  expect(() => parseEnvironmentName("production")).toThrow(UnknownEnvironmentError);
  expect(() => parseEnvironmentName("production")).toThrow('one of local, dev, staging, prod, got "production"');
  expect(() => parseEnvironmentName(undefined)).toThrow("got nothing");
});

test("environments share no account, no state and no warehouse", () => {
  const configs = ENVIRONMENTS.map(loadConfig);
  for (const values of [
    configs.map(({ aws }) => aws.accountId),
    configs.map(({ state }) => state.bucket),
    configs.map(({ warehouse }) => warehouse.database),
  ]) {
    expect(new Set(values).size).toBe(ENVIRONMENTS.length);
  }
});

test("zero retries are legal, for whoever wants a failure in S3 at once", () => {
  const router = { ...local.mappings.router, maximumRetryAttempts: retries(0) };
  expect(faultsOf("local", { ...local, mappings: { ...local.mappings, router } })).toEqual([]);
});
