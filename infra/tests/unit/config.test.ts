import { describe, expect, test } from "@jest/globals";
import type { EnvironmentInput } from "../../src/config/defaults.ts";
import { ENVIRONMENTS, environmentInput, inOrderOfPromotion } from "../../src/config/environments.ts";
import { completeConfig, loadConfig, parseEnvironmentName, validateConfig } from "../../src/config/load-config.ts";
import type { EnvironmentConfig } from "../../src/config/schema.ts";
import {
  bytes,
  days,
  hours,
  invocations,
  invocationsPerShard,
  kibibytes,
  mebibytes,
  percent,
  records,
  replicas,
  lanes,
  requests,
  retries,
  seconds,
} from "../../src/config/units.ts";
import { onDemand, provisioned } from "../../src/config/capacity.ts";
import { ConfigError, EnvironmentOrderError, UnknownEnvironmentError } from "../../src/errors.ts";

const local = loadConfig("local");
const dev = loadConfig("dev");
const prod = loadConfig("prod");

const devInput = environmentInput("dev") as EnvironmentInput;
const retention = hours(168);
const webAclOf = (accountId: string, region: string): string =>
  `arn:aws:wafv2:${region}:${accountId}:regional/webacl/shop/11111111-2222-3333-4444-555555555555`;

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
    expect.stringMatching(/^aws\.region: Expected a region of the partition aws, such as eu-west-1 .*, got "moon"/),
    "mappings.router.parallelizationFactor: Expected invocations per shard from 1 to 10, got 11 (number)",
    "mappings.router.maximumRetryAttempts: Expected a finite number of retries from 0 to 10000, got -1 (number)",
    "delivery.enriched.bufferInterval: Expected seconds from 0 to 900, got 901 (number)",
    'delivery.enriched.bufferSize: Expected MiB from 1 to 128, got "1" (string)',
    "logs.retention: Expected days to be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, got 2 (number)",
    '(root): Unrecognized key: "surplus"',
  ]);
});

test("the error names the file to open", () => {
  expect(() => validateConfig("dev", {})).toThrow("infra/src/environments/dev.ts");
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
          destinationOverrides: {},
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
      "production with two replicas for three zones",
      prod,
      { ingest: { ...prod.ingest, replicas: { ...prod.ingest.replicas, min: replicas(2) } } },
      /^ingest\.replicas\.min: production runs in three zones/,
    ],
    [
      "a certificate of another account",
      prod,
      {
        ingest: { ...prod.ingest, certificateArn: prod.ingest.certificateArn.replace("333333333333", "111111111111") },
      },
      /^ingest\.certificateArn: 111111111111 is not aws\.accountId, 333333333333/,
    ],
    [
      "a certificate of another region",
      prod,
      { ingest: { ...prod.ingest, certificateArn: prod.ingest.certificateArn.replace("eu-west-1", "us-east-1") } },
      /^ingest\.certificateArn: us-east-1 is not aws\.region, eu-west-1/,
    ],
    [
      "images of another account",
      prod,
      { ingest: { ...prod.ingest, image: dev.ingest.image } },
      /^ingest\.image\.repository: 111111111111 is not aws\.accountId, 333333333333/,
    ],
    [
      "images of another region",
      prod,
      { ingest: { ...prod.ingest, image: { repository: "333333333333.dkr.ecr.eu-west-2.amazonaws.com/ingest" } } },
      /^ingest\.image\.repository: eu-west-2 is not aws\.region, eu-west-1/,
    ],
    [
      "a cluster of another region",
      prod,
      {
        ingest: {
          ...prod.ingest,
          cluster: { ...prod.ingest.cluster, oidcIssuer: "oidc.eks.us-east-2.amazonaws.com/id/FFFF" },
        },
      },
      /^ingest\.cluster\.oidcIssuer: us-east-2 is not aws\.region, eu-west-1/,
    ],
    [
      "a state in another region",
      prod,
      { state: { ...prod.state, region: "eu-central-1" } },
      /^state\.region: eu-central-1 is not aws\.region, eu-west-1/,
    ],
    [
      "time travel that the edition does not have",
      prod,
      { warehouse: { ...prod.warehouse, edition: "standard" } },
      /^warehouse\.timeTravel: 14 days need warehouse\.edition "enterprise"/,
    ],
    [
      "an enriched stream that does not carry the raw one",
      prod,
      {
        packing: { ...prod.packing, compression: "none" },
        streams: { ...prod.streams, enriched: provisioned(12, retention) },
      },
      /^streams\.enriched\.capacity\.shards: 12 are too few; set at least 16, because streams\.raw takes 10499 events/,
    ],
    [
      "an enriched stream that does not carry a raw one on demand",
      prod,
      { streams: { ...prod.streams, raw: onDemand(retention), enriched: provisioned(1, retention) } },
      /^streams\.enriched\.capacity\.shards: 1 are too few; set at least 2/,
    ],
    [
      "a batch of packed records that unfolds to more than memory holds",
      prod,
      { mappings: { ...prod.mappings, router: { ...prod.mappings.router, batchSize: records(513) } } },
      /^mappings\.router\.batchSize: 513 records of 64 KiB of lines do not fit functions\.router\.memory of 1024 MiB; set at most 512/,
    ],
    [
      "lanes that leave shards uneven",
      prod,
      { packing: { ...prod.packing, lanes: lanes(4) } },
      /^packing\.lanes: 4 are too few; set at least 8, for 4 shards of streams\.enriched/,
    ],
    [
      "an autoscaler that asks for what nobody collects",
      dev,
      { ingest: { ...dev.ingest, replicas: { ...dev.ingest.replicas, targetInFlight: requests(50) } } },
      /^ingest\.replicas\.targetInFlight: needs ingest\.monitoring\.mode "prometheus-operator", got "annotations"/,
    ],
    [
      "an enriched stream whose readers cannot catch up",
      prod,
      {
        packing: { ...prod.packing, compression: "none" },
        streams: { ...prod.streams, enriched: provisioned(16, retention) },
        alarms: { ...prod.alarms, load: percent(99) },
      },
      /^streams\.enriched\.capacity\.shards: 16 are too few; set at least 19, because its 2 readers could not catch up/,
    ],
    [
      "a function that is slower than what arrives",
      prod,
      {
        functions: { ...prod.functions, router: { ...prod.functions.router, memory: mebibytes(128) } },
        mappings: {
          ...prod.mappings,
          router: { ...prod.mappings.router, batchSize: records(10), parallelizationFactor: invocationsPerShard(1) },
        },
      },
      /^mappings\.router\.parallelizationFactor: 1 invocations a shard do 2636 events a second.*set at least 4, more memory than 128 MiB, or batches larger than 10/,
    ],
    [
      "destinations that do not carry their share",
      prod,
      { streams: { ...prod.streams, destinations: { ...prod.streams.destinations, share: percent(20) } } },
      /^streams\.destinations\.capacity\.shards: 2 are too few; set at least 4, because its share is 20 %/,
    ],
    [
      "a named destination that does not carry its share",
      prod,
      {
        streams: {
          ...prod.streams,
          destinationOverrides: { orders: { ...provisioned(2, retention), share: percent(60) } },
        },
      },
      /^streams\.destinationOverrides\.orders\.capacity\.shards: 2 are too few; set at least 11/,
    ],
    [
      "a web ACL of another account",
      prod,
      {
        frontDoor: {
          ...prod.frontDoor,
          firewall: { mode: "existing", webAclArn: webAclOf("111111111111", "eu-west-1") },
        },
      },
      /^frontDoor\.firewall\.webAclArn: 111111111111 is not aws\.accountId, 333333333333/,
    ],
    [
      "a web ACL of another region",
      prod,
      {
        frontDoor: {
          ...prod.frontDoor,
          firewall: { mode: "existing", webAclArn: webAclOf("333333333333", "us-east-1") },
        },
      },
      /^frontDoor\.firewall\.webAclArn: us-east-1 is not aws\.region, eu-west-1/,
    ],
    [
      "a host outside its zone",
      prod,
      { frontDoor: { ...prod.frontDoor, dns: { mode: "route53", zone: "hop.example" } } },
      /^frontDoor\.dns\.zone: ingest\.host events\.shop\.example is not in hop\.example/,
    ],
    [
      "fewer reserved invocations than the shards need",
      prod,
      {
        functions: {
          ...prod.functions,
          router: { ...prod.functions.router, reservedConcurrency: invocations(7) },
        },
      },
      /^functions\.router\.reservedConcurrency: 7 invocations are too few; set at least 8, for 4 shards/,
    ],
    [
      "one raw shard behind 24 replicas",
      prod,
      {
        streams: { ...prod.streams, raw: provisioned(1, retention) },
        ingest: { ...prod.ingest, replicas: { ...prod.ingest.replicas, max: replicas(24) } },
      },
      /^ingest\.replicas\.max: 24 replicas send 42353 events a second, and streams\.raw takes 1312; set ingest\.replicas\.max to 3, or streams\.raw\.capacity\.shards to 32/,
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

test.each(["cn-north-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1", "eusc-de-east-1"])(
  "%s is refused: no other partition is supported",
  (region) => {
    expect(faultsOf("prod", { ...prod, aws: { ...prod.aws, region } })).toEqual([
      expect.stringMatching(/^aws\.region: Expected a region of the partition aws.*docs\/decisions\/0090/),
    ]);
  },
);

test.each(["us-east-1", "ap-southeast-2", "ca-central-1", "il-central-1", "mx-central-1"])(
  "%s is a region",
  (region) => {
    const faults = faultsOf("prod", { ...prod, aws: { ...prod.aws, region } });
    expect(faults.filter((fault) => fault.startsWith("aws.region"))).toEqual([]);
  },
);

test.each(["10.0.0.0", "10.0.0.0/33", "10.0.0.256/8", "300.1.1.1/8", "::/0", "everybody"])(
  "%s is no address range",
  (range) => {
    expect(faultsOf("prod", { ...prod, frontDoor: { ...prod.frontDoor, inbound: [range] } })).toEqual([
      expect.stringMatching(/^frontDoor\.inbound\.0: Expected an IPv4 address range such as 10\.0\.0\.0\/16, got/),
    ]);
  },
);

test("nobody to connect is a fault, not an open door", () => {
  expect(faultsOf("prod", { ...prod, frontDoor: { ...prod.frontDoor, inbound: [] } })).toEqual([
    "frontDoor.inbound: Expected at least one address range; 0.0.0.0/0 is everybody",
  ]);
});

test("the replicas that three zones need are legal behind any stream", () => {
  const small = {
    ...prod,
    streams: { ...prod.streams, raw: provisioned(1, retention) },
    ingest: { ...prod.ingest, replicas: { ...prod.ingest.replicas, max: replicas(3) } },
  };
  expect(faultsOf("prod", small)).toEqual([]);
});

describe("an environment's file", () => {
  test("states what differs, and has the rest from the defaults under its own name", () => {
    const config = completeConfig("prod-us", devInput);
    expect(config.environment).toBe("prod-us");
    expect(config.state).toEqual({ bucket: "millrace-prod-us-terraform-state", region: "eu-west-1" });
    expect(config.warehouse.database).toBe("MILLRACE_PROD_US");
    expect(config.privacyKeys).toEqual({ from: "secrets-manager", secretName: "millrace/prod-us/privacy-keys" });
    expect(config.ingest.maxBody).toBe(2 * 1024 * 1024);
  });

  test("may differ in one value of a group and keeps the others", () => {
    const { alarms } = completeConfig("dev", {
      ...devInput,
      alarms: { page: { emails: dev.alarms.page.emails }, ticket: { emails: [] }, badRows: percent(7) },
    });
    expect(alarms).toEqual({
      ...dev.alarms,
      ticket: { emails: [], webhook: false },
      eventAge: seconds(60),
      badRows: 7,
    });
  });

  test("that chooses another form of a setting keeps nothing of the default's form", () => {
    expect(local.privacyKeys).not.toHaveProperty("secretName");
    expect(local.ingest.writeKeys).not.toHaveProperty("secretName");
  });

  test("is told what it leaves out", () => {
    const { warehouse: _, ...rest } = devInput;
    expect(() => completeConfig("dev", rest as EnvironmentInput)).toThrow(
      /warehouse\.edition: Expected edition to be one of .*, got nothing/,
    );
  });

  test("whose name cannot be a stack's is refused", () => {
    expect(() => completeConfig("Prod", devInput)).toThrow("environment: Expected an environment's name such as dev");
  });
});

describe("the order of promotion", () => {
  const after = (deployAfter: string) => ({ kind: "test", deployAfter }) as const;

  test("puts local first and each environment behind the one it waits for", () => {
    expect(ENVIRONMENTS).toEqual(["local", "dev", "staging", "prod"]);
    const environments = {
      "prod-us": after("canary"),
      "prod-eu": after("canary"),
      canary: after("dev"),
      dev: { kind: "test" },
      local: { kind: "local" },
    } as const;
    expect(inOrderOfPromotion(new Map(Object.entries(environments)))).toEqual([
      "local",
      "dev",
      "canary",
      "prod-eu",
      "prod-us",
    ]);
  });

  test("that leads nowhere or in a circle names the file to mend", () => {
    const order = (environments: Record<string, ReturnType<typeof after>>) => () =>
      inOrderOfPromotion(new Map(Object.entries(environments)));
    expect(order({ prod: after("stagin") })).toThrow(EnvironmentOrderError);
    expect(order({ prod: after("stagin") })).toThrow(
      "prod → stagin: stagin is no environment. Mend deployAfter in infra/src/environments/prod.ts.",
    );
    expect(order({ a: after("b"), b: after("a") })).toThrow("a → b → a: a waits for itself");
  });
});

test("zero retries are legal, for whoever wants a failure in S3 at once", () => {
  const router = { ...local.mappings.router, maximumRetryAttempts: retries(0) };
  expect(faultsOf("local", { ...local, mappings: { ...local.mappings, router } })).toEqual([]);
});

test("settings of an adapter are checked by the adapters' own list, before the service would refuse them", () => {
  const { writeKeys } = local.ingest;
  const value = writeKeys.from === "inline" ? writeKeys.value : [];
  const keys = value.map((key) => ({ ...key, adapters: { segmnet: {}, snowplow: {} } }));
  const faults = faultsOf("local", {
    ...local,
    ingest: { ...local.ingest, writeKeys: { from: "inline", value: keys } },
  });
  expect(faults.join("\n")).toMatch(/adapters\.segmnet: Expected one of segment/);
  expect(faults.join("\n")).toMatch(/adapters\.snowplow\.appIds: is missing/);
});
