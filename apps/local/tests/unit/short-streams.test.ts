import { describe, expect, test } from "@jest/globals";
import { findShortStreams } from "../../src/traffic/short-streams.ts";

const pipelineStreams = { raw: "x-raw", enriched: "x-enriched", badRows: "x-bad-rows" };
const routes = [
  { name: "shop/clicks", destination: "clicks", pattern: { event: { type: ["search.click"] } } },
  { name: "shop/all", destination: "all", pattern: { event: { source: [{ exists: true }] } } },
];

function find(rate: number, shards: Readonly<Record<string, number | undefined>>): string[] {
  const streams = Object.entries(shards).map(([name, shardCount]) => ({
    name,
    arn: name,
    mode: "PROVISIONED" as const,
    shardCount,
    retentionHours: 24,
    maxRecordBytes: undefined,
  }));
  return findShortStreams({ streams, pipelineStreams }, rate, routes);
}

describe("streams that are too small for a rate", () => {
  test("L14: each is named with what it carries and the shards it needs", () => {
    expect(find(5_000, { "x-raw": 2, "x-enriched": 2, "x-all": 1, "x-clicks": 2 })).toEqual([
      expect.stringMatching(/^x-raw has 2 shards, which carry 2695 events a second .* not 5000: .* Set 4 in /),
      expect.stringMatching(/^x-enriched has 2 shards, which carry 1345 events .* Set 8 in /),
      expect.stringMatching(/^x-all has 1 shards, which carry 6\d\d events .* Set 8 in /),
    ]);
  });

  test("nothing is said of streams that carry the rate, and of those that grow by themselves", () => {
    expect(find(5_000, { "x-raw": 4, "x-enriched": 8, "x-all": 8, "x-clicks": 2 })).toEqual([]);
    expect(find(5_000, { "x-raw": undefined, "x-enriched": undefined })).toEqual([]);
    expect(find(0, { "x-raw": 1, "x-enriched": 1 })).toEqual([]);
  });
});
