import { prices } from "@millrace/capacity";
import { JOB_FUNCTION_GIGABYTES, JOB_FUNCTION_SECONDS } from "../limits.ts";

/** The size of a replay. */
export interface Workload {
  readonly events: number;
  readonly bytes: number;
  /** Objects read. */
  readonly objects: number;
  /** Through enrichment, router, lake and destinations; else to one destination alone. */
  readonly isWholePipeline: boolean;
}

export interface Cost {
  readonly dollars: number;
  readonly parts: Readonly<Record<string, number>>;
  /** Day of the prices. */
  readonly asOf: string;
}

/** Lambda's time for an event, both functions, in GB-seconds: 0.1 ms of a vCPU each at 1,769 MB, doubled for safety. */
const FUNCTION_GIGABYTE_SECONDS = 0.0004;
const EVENTS_PER_INVOCATION = 500;
/** Enriched stream and one destination, beside the raw stream. */
const HOPS = 3;

/** List price of a replay, in dollars; warehouse loading is left out, since it depends on the contract. */
export function estimateCost({ events, bytes, objects, isWholePipeline }: Workload): Cost {
  const mean = events === 0 ? 0 : bytes / events;
  const units = events * Math.max(1, Math.ceil(mean / prices.payloadUnitBytes));
  const parts = {
    "Kinesis PUT": ((units * (isWholePipeline ? HOPS : 1)) / 1e6) * prices.payloadUnitsPerMillion,
    Lambda: isWholePipeline
      ? ((2 * events) / EVENTS_PER_INVOCATION / 1e6) * prices.lambdaRequestsPerMillion +
        events * FUNCTION_GIGABYTE_SECONDS * prices.lambdaGigabyteSecond
      : 0,
    Firehose: isWholePipeline
      ? ((events * Math.ceil(mean / prices.firehoseRecordBytes) * prices.firehoseRecordBytes) / 1e9) *
        prices.firehosePerGigabyte
      : 0,
    S3: (objects / 1e3) * prices.s3GetsPerThousand + (events / 250 / 1e3) * prices.s3PutsAndListsPerThousand,
  };
  return { dollars: Object.values(parts).reduce((sum, each) => sum + each, 0), parts, asOf: prices.asOf };
}

/** A replay by functions, with what they and their state machine cost on top. */
export interface CloudJob {
  readonly groups: number;
  readonly workers: number;
  readonly objects: number;
  readonly dollars: number;
  readonly seconds: number;
  readonly asOf: string;
}

/** Transitions of a state machine for a group whose function is called once: child workflow, call, answer, end. */
const TRANSITIONS_PER_GROUP = 4;

/** Plans a replay as a distributed map of Step Functions over groups of objects. */
export function planCloudJob(
  workload: Workload,
  { groups, workers }: { readonly groups: number; readonly workers: number },
  seconds: number,
): CloudJob {
  const calls = groups + Math.ceil((seconds * workers) / JOB_FUNCTION_SECONDS);
  const parts = [
    estimateCost(workload).dollars,
    ((groups + calls) / 1e3) * TRANSITIONS_PER_GROUP * prices.stepFunctionsTransitionsPerThousand,
    (calls / 1e6) * prices.lambdaRequestsPerMillion,
    seconds * workers * JOB_FUNCTION_GIGABYTES * prices.lambdaGigabyteSecond,
  ];
  const dollars = parts.reduce((sum, each) => sum + each, 0);
  return { groups, workers, objects: workload.objects, dollars, seconds, asOf: prices.asOf };
}
