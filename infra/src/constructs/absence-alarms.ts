import type { Watched, WatchedDelivery } from "./watched.ts";
import type { MetricAlarms } from "./metric-alarms.ts";
import * as metrics from "./metric.ts";
import { absence } from "./metric-math.ts";

/**
 * Alarms on what does not happen although it should: each compares what comes to a part of the pipeline with what
 * leaves it. A part that stopped writes no metric of its own that an alarm could look at.
 */
export function watchAbsences(alarms: MetricAlarms, watched: Watched): void {
  const { raw, enriched, badRows, enrichment, router, loader } = watched;
  for (const { hop, source } of [
    { hop: enrichment, source: raw },
    { hop: router, source: enriched },
  ]) {
    alarms.above(`${hop.name}_not_invoked`, 0, {
      of: absence(
        [metrics.incomingRecords(source)],
        [metrics.functionInvocations(hop.function)],
        "records without an invocation",
      ),
      periods: 2,
      description:
        `Stream ${source.name} gets records and the ${hop.name} function is not invoked. Is its event source mapping enabled? ` +
        `aws lambda list-event-source-mappings --function-name ${hop.function.name}:live says its State and LastProcessingResult.`,
    });
  }
  alarms.above("enrichment_no_output", 0, {
    of: absence(
      [metrics.incomingRecords(raw), metrics.functionInvocations(enrichment.function)],
      [metrics.incomingRecords(enriched), metrics.incomingRecords(badRows)],
      "invocations without output",
    ),
    periods: 2,
    description:
      `The enrichment function runs and writes nothing to ${enriched.name} or ${badRows.name}. Its log names the reason: ` +
      "keys it cannot read, a stream it may not write to.",
  });
  for (const item of watched.deliveries) watchDelivery(alarms, item);
  alarms.above("loader_no_rows", 0, {
    of: absence(
      [metrics.deliveredRecords(watched.deliveries[0].delivery)],
      [metrics.loaderMessages(loader.loaded)],
      "files without rows",
    ),
    periods: 4,
    description:
      "Files reach the lake and no row reaches the warehouse. Does the bucket still notify the pipe's queue? ALTER PIPE … REFRESH loads " +
      "what was missed; SYSTEM$PIPE_STATUS and COPY_HISTORY say what the pipe saw.",
  });
}

function watchDelivery(alarms: MetricAlarms, { id, delivery, source }: WatchedDelivery): void {
  alarms.above(`${id}_no_file`, 0, {
    of: absence([metrics.incomingRecords(source)], [metrics.deliveredRecords(delivery)], "records without a file"),
    // A buffer may hold records for 15 minutes at most.
    periods: 4,
    description:
      `Stream ${source.name} gets records and Firehose writes none of them to S3. See /aws/kinesisfirehose/${delivery.name}, ` +
      "then whether its role may still read the stream and use both keys.",
  });
}
