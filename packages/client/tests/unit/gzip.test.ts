import { gunzipSync } from "node:zlib";
import { expect, test } from "@jest/globals";
import { gzip } from "../../src/gzip.ts";
import { newId } from "../../src/new-id.ts";

const events = (count: number) =>
  JSON.stringify(Array.from({ length: count }, () => ({ id: newId(0), type: "page.view" })));

test("compresses a body that gets smaller by it", async () => {
  const packed = await gzip(events(200));
  expect(gunzipSync(packed!).length).toBe(events(200).length);
  expect(packed!.length).toBeLessThan(events(200).length * 0.7);
});

test("leaves a body as it is that is short, or that unfolds so far that the service would refuse it", async () => {
  expect(await gzip(events(2))).toBeUndefined();
  expect(await gzip("a".repeat(1_000_000))).toBeUndefined();
});

test("leaves a body as it is where there is no CompressionStream", async () => {
  const { CompressionStream } = globalThis;
  try {
    Reflect.deleteProperty(globalThis, "CompressionStream");
    expect(await gzip(events(200))).toBeUndefined();
  } finally {
    globalThis.CompressionStream = CompressionStream;
  }
});
