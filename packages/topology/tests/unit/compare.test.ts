import { describe, expect, test } from "@jest/globals";
import { compareTopologies, type DeliveryStreamSettings, type LocalTopology } from "../../src/index.ts";

const stream = (name: string, shardCount: number) => ({
  name,
  arn: `arn:${name}`,
  mode: "PROVISIONED" as const,
  shardCount,
  retentionHours: 24,
  maxRecordBytes: undefined,
});
const router = {
  name: "router",
  arn: "arn:router",
  code: { zipFile: "/router.zip" },
  codeHash: "one",
  handler: "index.handler",
  runtime: "nodejs24.x",
  memoryMb: 512,
  timeoutMs: 30_000,
  environment: { LOG_LEVEL: "info" },
};
const mapping = {
  uuid: "mapping",
  streamArn: "arn:enriched",
  functionName: "router",
  batchSize: 100,
  maximumBatchingWindowInSeconds: 0,
  parallelizationFactor: 1,
  maximumRetryAttempts: 5,
  maximumRecordAgeInSeconds: 3_600,
  bisectBatchOnFunctionError: true,
  functionResponseTypes: [],
  startingPosition: "TRIM_HORIZON" as const,
  onFailureBucket: undefined,
};
const base: LocalTopology = {
  streams: [stream("raw", 1), stream("enriched", 2)],
  functions: [router],
  mappings: [mapping],
  deliveryStreams: [],
  buckets: ["lake"],
  objects: [],
  secrets: [],
  destinations: [],
  schedules: [],
  tables: [{ name: "EVENTS", columns: [] }],
  dynamicTables: [],
  views: [{ name: "V", statement: "SELECT 1" }],
  pipes: [],
  pipelineStreams: { raw: "raw", enriched: "enriched", badRows: "bad-rows" },
  alarms: [],
  loaderTopics: undefined,
  objectives: undefined,
  service: { name: "ingest", containerName: "ingest", containerPort: 80, environment: {} },
  eventEndpoint: "https://events.example/v1/events",
  writeKey: "k",
};
const delivery = (name: string): DeliveryStreamSettings => ({
  name,
  sourceStreamArn: "arn:aws:kinesis:eu-west-1:000000000000:stream/enriched",
  bucket: "lake",
  prefix: `${name}/`,
  errorOutputPrefix: "errors/",
  bufferingSizeMb: 1,
  bufferingIntervalSeconds: 60,
  compressionFormat: "GZIP",
  fileExtension: "",
});

const nothing = {
  newStreams: [],
  newDestinations: [],
  reshards: [],
  functions: [],
  mappings: [],
  objects: [],
  secrets: [],
  newTables: [],
  dynamicTables: [],
  views: [],
  isServiceChanged: false,
  newForms: [],
  needRestart: [],
};

describe("the changes between two definitions", () => {
  test("are none when nothing differs", () => {
    expect(
      compareTopologies(base, {
        ...base,
        streams: [stream("raw", 1), stream("enriched", 2)],
        mappings: [{ ...mapping }],
      }),
    ).toEqual(nothing);
  });

  test("are a new route's stream, the router's new code, and another number of shards", () => {
    const after = {
      ...base,
      streams: [stream("raw", 4), stream("enriched", 2), stream("pricing", 1)],
      functions: [{ ...router, codeHash: "two" }],
    };
    expect(compareTopologies(base, after)).toEqual({
      ...nothing,
      newStreams: [stream("pricing", 1)],
      newDestinations: [],
      reshards: [{ streamName: "raw", from: 1, to: 4 }],
      functions: after.functions,
    });
  });

  test("are a mapping's new batch, new queries of views and dynamic tables, a new table and the service's new variable", () => {
    const changed = { ...mapping, batchSize: 10 };
    const table = { name: "BAD_ROWS", columns: [] };
    const views = [
      { name: "V", statement: "SELECT 2" },
      { name: "W", statement: "SELECT 3" },
    ];
    const dynamicTables = [{ name: "D", query: "SELECT 4" }];
    const after = {
      ...base,
      mappings: [changed],
      tables: [...base.tables, table],
      dynamicTables,
      views,
      service: { ...base.service, environment: { LOG_LEVEL: "debug" } },
    };
    expect(compareTopologies(base, after)).toEqual({
      ...nothing,
      mappings: [changed],
      newTables: [table],
      dynamicTables,
      views: [views[1], views[0]],
      isServiceChanged: true,
    });
  });

  test("name what only a restart can do", () => {
    const after = {
      ...base,
      streams: [{ ...stream("raw", 1), retentionHours: 48 }],
      functions: [router, { ...router, name: "other" }],
      mappings: [{ ...mapping, parallelizationFactor: 2 }],
      tables: [{ name: "EVENTS", columns: [{ name: "A", type: "VARIANT", nullable: true }] }],
      views: [],
    };
    expect(compareTopologies(base, after)).toEqual({
      ...nothing,
      needRestart: [
        "stream raw: retentionHours",
        "stream enriched is gone",
        "a new function other",
        "the mapping of router: parallelizationFactor",
        "table EVENTS: columns",
        "view V is gone",
      ],
    });
  });

  test("tell a delivery stream whose objects get another form from one with other settings", () => {
    const before = { ...base, deliveryStreams: [delivery("a"), delivery("b")] };
    const changed = { ...delivery("a"), compressionFormat: "UNCOMPRESSED" as const };
    const deliveryStreams = [changed, { ...delivery("b"), bufferingSizeMb: 2 }];
    expect(compareTopologies(before, { ...base, deliveryStreams })).toEqual({
      ...nothing,
      newForms: [changed],
      needRestart: ["delivery stream a: compressionFormat", "delivery stream b: bufferingSizeMb"],
    });
  });
});
