import type { Clock, KinesisSender, PutRecordsHooks } from "@millrace/put-records";
import type { CompiledDestination } from "@millrace/routes/runtime";
import type { OutputWriter } from "@millrace/stream-handler";
import type { CallService } from "./entries/call-service.ts";

/** A destination as it is in one environment. */
export interface Target {
  readonly destination: CompiledDestination;
  readonly region: string;
  readonly accountId: string;
  /** With the prefix of the environment. */
  readonly physicalName: string;
  /** Of another account's that takes the place of ours. */
  readonly arn: string | undefined;
}

/** The clients, clock and chance that writers are given. */
export interface Connections {
  kinesis(region: string): KinesisSender;
  sqs(region: string): CallService;
  eventbridge(region: string): CallService;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly hooks?: PutRecordsHooks | undefined;
}

/**
 * A kind of destination. Its writer gives one delivery for each record, in order, by the deadline it is given. A
 * delivery is `delivered`, or failed with three facts: the reason, whether the destination may have stored the record
 * all the same, and whom the fault concerns. It sends again only failed records, and never throws for a record.
 */
export interface WriterOfKind {
  open(target: Target, connections: Connections): OutputWriter;
}
