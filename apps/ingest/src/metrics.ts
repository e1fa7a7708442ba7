import type { SecretRead } from "@millrace/aws-request";
import type { PutRecordsHooks } from "@millrace/put-records";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { ProtocolReply } from "./event-service.ts";
import { createKeyMetrics } from "./key-metrics.ts";
import { metricNames } from "./metric-names.ts";

/**
 * Metrics of the service. Labels hold statuses, problem codes, reasons and names of write keys: never a
 * key itself, a tenant or a path.
 */
export interface IngestMetrics {
  readonly registry: Registry;
  readonly hooks: PutRecordsHooks;
  requestStarted(): void;
  /** The client is gone; nothing was answered. */
  requestAborted(): void;
  /** @param keyName `undefined` when the sender is not known */
  requestFinished(reply: ProtocolReply, durationMs: number, bodyBytes: number, keyName: string | undefined): void;
  drainStarted(): void;
  /** Records went to the disk, from the disk to the stream, or will never be taken by it. */
  spoolMoved(outcome: "spooled" | "sent" | "refused", records: number): void;
  /** @param readBytes gives what is on disk now */
  watchSpool(readBytes: () => number): void;
  /** The write keys were read, or could not be. */
  writeKeysRead(outcome: SecretRead["outcome"], keysInForce: number, nowMs: number): void;
}

/** The part of the admission that a gauge shows: bytes that requests hold. */
interface AdmissionUse {
  readonly bytes: { readonly used: number };
}

/** @param isProcessMeasured adds the metrics of the Node process; false where many services share one process. */
export function createMetrics(admission: AdmissionUse, isProcessMeasured: boolean): IngestMetrics {
  const registry = new Registry();
  const registers = [registry];
  if (isProcessMeasured) collectDefaultMetrics({ register: registry });
  // A count that every request changes is a plain number until it is scraped: no metric is cheaper.
  const tally = { acceptedRequests: 0, acceptedEvents: 0, bodyBytes: 0, requestsInFlight: 0 };
  const requests = new Counter({
    ...metricNames.requests,
    labelNames: ["status", "code"],
    registers,
    collect() {
      this.inc({ status: "202", code: "none" }, tally.acceptedRequests);
      tally.acceptedRequests = 0;
    },
  });
  const events = new Counter({
    ...metricNames.events,
    labelNames: ["outcome"],
    registers,
    collect() {
      this.inc({ outcome: "accepted" }, tally.acceptedEvents);
      tally.acceptedEvents = 0;
    },
  });
  const rejections = new Counter({ ...metricNames.rejections, labelNames: ["code"], registers });
  const unconfirmed = new Counter({ ...metricNames.unconfirmed, labelNames: ["reason"], registers });
  const duration = new Histogram({
    ...metricNames.duration,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  new Counter({
    ...metricNames.bodyBytes,
    registers,
    collect() {
      this.inc(tally.bodyBytes);
      tally.bodyBytes = 0;
    },
  });
  new Gauge({
    ...metricNames.inFlightRequests,
    registers,
    collect() {
      this.set(tally.requestsInFlight);
    },
  });
  const aborted = new Counter({ ...metricNames.aborted, registers });
  const draining = new Gauge({ ...metricNames.draining, registers });
  new Gauge({
    ...metricNames.inFlightBytes,
    registers,
    collect() {
      this.set(admission.bytes.used);
    },
  });
  const writeKeyReads = new Counter({ ...metricNames.writeKeyReads, labelNames: ["outcome"], registers });
  const writeKeys = new Gauge({ ...metricNames.writeKeys, registers });
  const writeKeysConfirmed = new Gauge({ ...metricNames.writeKeysConfirmed, registers });
  const kinesisRequests = new Counter({ ...metricNames.kinesisRequests, labelNames: ["outcome"], registers });
  const kinesisRecords = new Counter({ ...metricNames.kinesisRecords, labelNames: ["outcome"], registers });
  const kinesisDuration = new Histogram({
    ...metricNames.kinesisDuration,
    buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
    registers,
  });
  const spoolRecords = new Counter({ ...metricNames.spoolRecords, labelNames: ["outcome"], registers });
  const keys = createKeyMetrics(registry);
  return {
    registry,
    hooks: {
      onRequest: (report) => {
        kinesisRequests.inc({ outcome: report.error === undefined ? "answered" : "failed" });
        kinesisRecords.inc({ outcome: "delivered" }, report.delivered);
        kinesisRecords.inc({ outcome: "throttled" }, report.throttled);
        kinesisRecords.inc({ outcome: "ambiguous" }, report.ambiguous);
        kinesisDuration.observe(report.durationMs / 1000);
      },
    },
    requestStarted: () => {
      tally.requestsInFlight += 1;
    },
    requestAborted: () => {
      tally.requestsInFlight -= 1;
      aborted.inc();
    },
    requestFinished: (reply, durationMs, size, keyName) => {
      if (keyName !== undefined) keys.count(keyName, reply, size);
      tally.requestsInFlight -= 1;
      if (reply.code === undefined) tally.acceptedRequests += 1;
      else requests.inc({ status: String(reply.status), code: reply.code });
      tally.acceptedEvents += reply.accepted;
      if (reply.rejections.length > 0) {
        events.inc({ outcome: "rejected" }, reply.rejections.length);
        for (const { code } of reply.rejections) rejections.inc({ code });
      }
      if (reply.unconfirmed.length > 0) {
        events.inc({ outcome: "unconfirmed" }, reply.unconfirmed.length);
        for (const { reason } of reply.unconfirmed) unconfirmed.inc({ reason });
      }
      duration.observe(durationMs / 1000);
      tally.bodyBytes += size;
    },
    drainStarted: () => draining.set(1),
    spoolMoved: (outcome, records) => spoolRecords.inc({ outcome }, records),
    watchSpool: (readBytes) => {
      new Gauge({
        ...metricNames.spoolBytes,
        registers,
        collect() {
          this.set(readBytes());
        },
      });
    },
    writeKeysRead: (outcome, keysInForce, nowMs) => {
      writeKeyReads.inc({ outcome });
      writeKeys.set(keysInForce);
      if (outcome === "changed" || outcome === "unchanged") writeKeysConfirmed.set(nowMs / 1000);
    },
  };
}
