import type { KinesisStreamEvent } from "aws-lambda";

/** A batch as an event source mapping delivers it; one record per text. */
export function kinesisEvent(texts: readonly (string | Uint8Array)[]): KinesisStreamEvent {
  return {
    Records: texts.map((text, index) => ({
      awsRegion: "eu-west-1",
      eventID: `shardId-000000000000:${index + 1}`,
      eventName: "aws:kinesis:record",
      eventSource: "aws:kinesis",
      eventSourceARN: "arn:aws:kinesis:eu-west-1:111122223333:stream/millrace-test-enriched",
      eventVersion: "1.0",
      invokeIdentityArn: "arn:aws:iam::111122223333:role/router",
      kinesis: {
        approximateArrivalTimestamp: 1_700_000_000,
        data: Buffer.from(text).toString("base64"),
        kinesisSchemaVersion: "1.0",
        partitionKey: `key-${index}`,
        sequenceNumber: String(index + 1),
      },
    })),
  };
}

export const context = { getRemainingTimeInMillis: () => 30_000 };

/** An enriched event with the parts routes look at. */
export function enriched(id: string, type: string, extra: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    event: { specversion: "1.0", id, source: "https://shop.example/web", type, subject: `visitor-${id}`, ...extra },
    enrichment: {},
    validation: { status: "valid", schema: null, errors: [] },
    privacy: { masked: [] },
    processing: { enrichment: { name: "enrichment", version: "1.0.0", at: "2026-01-01T00:00:00.000Z" } },
  };
}

export const ndjson = (...events: object[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join("");
