import type { Clock, KinesisSender, PutRecordsHooks } from "@millrace/put-records";
import type { OutputWriter } from "@millrace/stream-handler";
import type { CallService } from "./entries/call-service.ts";
import type { KindName } from "./kinds.ts";

/** The members of a compiled destination that its writer needs. */
export interface WrittenDestination {
  readonly kind: KindName;
  /** Without the prefix of the environment. */
  readonly name: string;
  /** Environment → ARN of another account's that takes its place there. */
  readonly arn?: Readonly<Record<string, string>>;
  readonly ordering?: "none" | "per-key";
}

/** A destination as it is in one environment. */
export interface Target {
  readonly destination: WrittenDestination;
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
  /** The service of a kind that is written to by signed calls. */
  call(kind: KindName, region: string): CallService;
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
  /** Absent where the kind has a client of its own. */
  readonly service?: SignedService;
  open(target: Target, connections: Connections): OutputWriter;
}

/** A service that takes signed calls with JSON. */
export interface SignedService {
  /** Before the operation in `X-Amz-Target`. */
  readonly target: string;
  readonly version: "1.0" | "1.1";
}
