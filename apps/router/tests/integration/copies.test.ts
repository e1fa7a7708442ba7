/** Copies that a killed router leaves behind are counted where they can be seen: by who reads the destination. */
import { expect, test } from "@jest/globals";
import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import {
  createRandom,
  EventSourceMapping,
  InProcessFunction,
  Kinesis,
  type KinesisStreamEvent,
  VirtualClock,
} from "@millrace/aws-simulator";
import { createDeduplicator, decodeEnrichedRecord, encodeRecord } from "@millrace/event-contracts";
import { createPutRecords } from "@millrace/put-records";
import { compileRoutes } from "@millrace/routes";
import { loadRoutes } from "@millrace/routes/runtime";
import { noTelemetry } from "@millrace/telemetry";
import { createRouterHandler } from "../../src/index.ts";
import { enriched } from "../support/kinesis-event.ts";
import { document, route } from "../support/router.ts";
import { UndeliveredBox } from "../support/undelivered-box.ts";

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Routes so many events; each of the first environments dies when it has written, before it answers. */
async function routeWithCrashes(events: number, crashes: number) {
  const clock = new VirtualClock();
  const random = createRandom("copies");
  const kinesis = new Kinesis({ clock, random });
  for (const streamName of ["enriched", "bad-rows", "shop"]) kinesis.createStream({ streamName, shardCount: 1 });
  const routes = loadRoutes(compileRoutes([document("shop", route("clicks", "search.click", "shop"))]));
  const faults = { crashAfter: 0 };
  let invocations = 0;
  let countedByRouter = 0;
  const router = new InProcessFunction<KinesisStreamEvent>({
    ...{ functionName: "router", clock, random, timeoutMs: 30_000, faults },
    createHandler: (environment) => {
      const client = environment.connect(kinesis.client());
      const put = (streamName: string) =>
        createPutRecords({ client, streamName, clock: environment.clock, random: environment.random });
      return createRouterHandler({
        routes: () => routes,
        destination: ({ name }) => put(name),
        badRows: put("bad-rows"),
        undelivered: new UndeliveredBox(),
        clock: environment.clock,
        random: environment.random,
        logger: silent,
        telemetry: {
          ...noTelemetry,
          countAt: (counter, _, by = 1) => {
            if (counter === "duplicates") countedByRouter += by;
          },
        },
      });
    },
  });
  const mapping = new EventSourceMapping({
    ...{ kinesis, clock, random, streamArn: "arn:aws:kinesis:us-east-1:000000000000:stream/enriched" },
    ...{ batchSize: 100, maximumRetryAttempts: 10, functionResponseTypes: ["ReportBatchItemFailures"] },
    startingPosition: "TRIM_HORIZON",
    invoke: (event, options) => {
      invocations += 1;
      faults.crashAfter = invocations <= crashes ? 1 : 0;
      return router.invoke(event, options);
    },
  });
  const Records = Array.from({ length: events }, (_, index) => {
    const id = String(index);
    return { PartitionKey: id, Data: encodeRecord([enriched(id, "search.click")]) };
  });
  await clock.run(kinesis.client().send(new PutRecordsCommand({ StreamName: "enriched", Records })));
  await clock.run(mapping.start());
  await clock.run(mapping.drain());
  await clock.run(mapping.stop());

  const reader = createDeduplicator();
  let readEvents = 0;
  let counted = 0;
  for (const { record } of kinesis.recordsOf("shop")) {
    const read = decodeEnrichedRecord(record.Data).flatMap((line) => (line.ok ? [line.value] : []));
    const fresh = reader.unseen(read);
    readEvents += read.length;
    counted += read.length - fresh.length;
    reader.remember(fresh);
  }
  return { readEvents, distinct: reader.size, counted, countedByRouter };
}

test("a router that dies after its write leaves copies that its own metric misses and a reader counts", async () => {
  expect(await routeWithCrashes(40, 2)).toEqual({ readEvents: 120, distinct: 40, counted: 80, countedByRouter: 0 });
});

test("without a crash there is nothing to count", async () => {
  expect(await routeWithCrashes(40, 0)).toEqual({ readEvents: 40, distinct: 40, counted: 0, countedByRouter: 0 });
});
