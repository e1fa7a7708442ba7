import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { createRandom, EventSourceMapping, Kinesis, VirtualClock } from "@millrace/aws-simulator";
import { encodeRecord } from "@millrace/event-contracts";
import { createPutRecords } from "@millrace/put-records";
import { compileRoutes } from "@millrace/routes";
import { loadRoutes } from "@millrace/routes/runtime";
import { noTelemetry } from "@millrace/telemetry";
import { expect, test } from "@jest/globals";
import { createRouterHandler } from "../../src/index.ts";
import { enriched } from "../support/kinesis-event.ts";
import { document, route } from "../support/router.ts";

/** Documents are refused at check and at synthesis before they come so far; here they came so far. */
test.each([1, 2])("with %i route(s) back into the enriched stream, one event stays one event", async (loops) => {
  const clock = new VirtualClock();
  const random = createRandom("loop");
  const kinesis = new Kinesis({ clock, random });
  for (const streamName of ["enriched", "bad-rows"]) kinesis.createStream({ streamName, shardCount: 1 });
  const put = (streamName: string) => createPutRecords({ client: kinesis.client(), streamName, clock, random });
  const documents = Array.from({ length: loops }, (_, index) =>
    document(`loop-${index}`, route("all", "page.view", `loop-${index}`)),
  );
  const routes = loadRoutes(compileRoutes(documents));
  const counted = new Map<string, number>();
  const handler = createRouterHandler({
    routes: () => routes,
    destination: () => put("enriched"),
    badRows: put("bad-rows"),
    undelivered: { put: () => Promise.resolve() },
    telemetry: { ...noTelemetry, count: (name, by = 1) => void counted.set(name, (counted.get(name) ?? 0) + by) },
    clock,
    random,
  });
  const mapping = new EventSourceMapping({
    kinesis,
    streamArn: "arn:aws:kinesis:us-east-1:000000000000:stream/enriched",
    clock,
    random,
    batchSize: 500,
    maximumRetryAttempts: 5,
    functionResponseTypes: ["ReportBatchItemFailures"],
    invoke: (event) => handler(event, { getRemainingTimeInMillis: () => 30_000 }),
  });
  await clock.run(mapping.start());
  const Data = encodeRecord([enriched("1", "page.view")]);
  await clock.run(
    kinesis.client().send(new PutRecordsCommand({ StreamName: "enriched", Records: [{ PartitionKey: "1", Data }] })),
  );
  await clock.runFor(60_000);
  await clock.run(mapping.stop());
  // The event, and the copy that each destination is owed. None of them was copied again.
  expect(kinesis.stats("enriched").recordsIn).toBe(1 + loops);
  expect(counted.get("eventsRoutedBefore")).toBe(loops);
  expect(counted.get("eventsOut")).toBe(loops);
  expect(kinesis.stats("bad-rows").recordsIn).toBe(0);
});
