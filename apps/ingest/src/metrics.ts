import type { PutRecordsHooks } from "@millrace/put-records";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { EventReply } from "./event-service.ts";
import type { InFlightBytes } from "./in-flight-bytes.ts";
import { metricNames } from "./metric-names.ts";

/** What the service tells about itself. Labels hold statuses, problem codes and reasons: never a tenant, key or path. */
export interface IngestMetrics {
  readonly registry: Registry;
  readonly hooks: PutRecordsHooks;
  requestStarted(): void;
  /** The client is gone; nothing was answered. */
  requestAborted(): void;
  requestFinished(reply: EventReply, durationMs: number, bodyBytes: number): void;
  drainStarted(): void;
}

/** @param isProcessMeasured adds the metrics of the Node process; false where many services share one process. */
export function createMetrics(inFlight: InFlightBytes, isProcessMeasured: boolean): IngestMetrics {
  const registry = new Registry();
  const registers = [registry];
  if (isProcessMeasured) collectDefaultMetrics({ register: registry });
  const requests = new Counter({ ...metricNames.requests, labelNames: ["status", "code"], registers });
  const events = new Counter({ ...metricNames.events, labelNames: ["outcome"], registers });
  const rejections = new Counter({ ...metricNames.rejections, labelNames: ["code"], registers });
  const unconfirmed = new Counter({ ...metricNames.unconfirmed, labelNames: ["reason"], registers });
  const duration = new Histogram({
    ...metricNames.duration,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const bodyBytes = new Histogram({
    ...metricNames.bodyBytes,
    buckets: [512, 4096, 32_768, 262_144, 2_097_152],
    registers,
  });
  const aborted = new Counter({ ...metricNames.aborted, registers });
  const inFlightRequests = new Gauge({ ...metricNames.inFlightRequests, registers });
  const draining = new Gauge({ ...metricNames.draining, registers });
  new Gauge({
    ...metricNames.inFlightBytes,
    registers,
    collect() {
      this.set(inFlight.used);
    },
  });
  const kinesisRequests = new Counter({ ...metricNames.kinesisRequests, labelNames: ["outcome"], registers });
  const kinesisRecords = new Counter({ ...metricNames.kinesisRecords, labelNames: ["outcome"], registers });
  const kinesisDuration = new Histogram({
    ...metricNames.kinesisDuration,
    buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
    registers,
  });
  // Children are looked up once: the look-up by labels is what costs in the hot path.
  const requestsAccepted = requests.labels("202", "none");
  const eventsAccepted = events.labels("accepted");
  const eventsRejected = events.labels("rejected");
  const eventsUnconfirmed = events.labels("unconfirmed");

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
    requestStarted: () => inFlightRequests.inc(),
    requestAborted: () => {
      inFlightRequests.dec();
      aborted.inc();
    },
    requestFinished: (reply, durationMs, size) => {
      inFlightRequests.dec();
      if (reply.code === undefined) requestsAccepted.inc();
      else requests.inc({ status: String(reply.status), code: reply.code });
      eventsAccepted.inc(reply.accepted);
      if (reply.rejections.length > 0) {
        eventsRejected.inc(reply.rejections.length);
        for (const { code } of reply.rejections) rejections.inc({ code });
      }
      if (reply.unconfirmed.length > 0) {
        eventsUnconfirmed.inc(reply.unconfirmed.length);
        for (const { reason } of reply.unconfirmed) unconfirmed.inc({ reason });
      }
      duration.observe(durationMs / 1000);
      bodyBytes.observe(size);
    },
    drainStarted: () => draining.set(1),
  };
}
