import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { DeliveryStream, Kinesis, MemoryObjectStore, VirtualClock } from "@millrace/aws-simulator";
import type { AssembledDelivery, DeliveryStreamSettings } from "@millrace/topology";
import { deliverFormerForms } from "../../src/runtime/former-forms.ts";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-forms-"));
  file = join(folder, "delivery-forms.json");
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A run that was killed left a plain line in the stream; this one writes gzip members. */
function createFixture() {
  const clock = new VirtualClock();
  const kinesis = new Kinesis({ clock });
  const sourceStreamArn = kinesis.createStream({ streamName: "enriched", shardCount: 1 });
  const objectStore = new MemoryObjectStore({ clock });
  const settings = { name: "to-lake", compressionFormat: "UNCOMPRESSED" } as DeliveryStreamSettings;
  const options = { ...settings, kinesis, clock, sourceStreamArn, objectStore, bucket: "lake" };
  const delivery = new DeliveryStream({ ...options, startingPosition: "TRIM_HORIZON" });
  const put = (data: Uint8Array) => {
    kinesis.putRecords({ StreamName: "enriched", Records: [{ PartitionKey: "1", Data: data }] });
  };
  put(Buffer.from('{"n":1}\n'));
  const told: string[] = [];
  const deliveries: readonly AssembledDelivery[] = [{ settings, streamName: "enriched", delivery }];
  return {
    told,
    begin: () => clock.run(deliverFormerForms(deliveries, file, (message) => told.push(message))),
    stored: async () => {
      const objects = await objectStore.list("lake");
      const bodies = await Promise.all(objects.map(({ key }) => objectStore.get("lake", key)));
      return bodies.map(({ bytes }) => Buffer.from(bytes));
    },
    run: async () => {
      await clock.run(delivery.start());
      put(gzipSync('{"n":2}\n'));
      await clock.run(delivery.stop());
    },
  };
}

test("records of the last run's form get an object of their own", async () => {
  writeFileSync(file, JSON.stringify({ "to-lake": "GZIP" }));
  const { told, begin, stored, run } = createFixture();
  await begin();
  expect(told).toEqual([expect.stringContaining("to-lake writes objects of another form (UNCOMPRESSED)")]);
  await run();
  expect((await stored()).map((bytes) => gunzipSync(bytes).toString())).toEqual(['{"n":1}\n', '{"n":2}\n']);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ "to-lake": "UNCOMPRESSED" });
});

test.each([
  ["that did not change", '{"to-lake":"UNCOMPRESSED"}'],
  ["of a delivery stream that is no more", '{"to-another-lake":"GZIP"}'],
  ["that was cut off", '{"to-la'],
])("a form %s delivers nothing before its time", async (_, kept) => {
  writeFileSync(file, kept);
  const { told, begin, stored } = createFixture();
  await begin();
  expect(told).toEqual([]);
  expect(await stored()).toEqual([]);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ "to-lake": "UNCOMPRESSED" });
});
