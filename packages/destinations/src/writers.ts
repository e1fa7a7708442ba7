import { eventbridge } from "./eventbridge/eventbridge.ts";
import { kinesis } from "./kinesis/kinesis.ts";
import type { KindName } from "./kinds.ts";
import { sqs } from "./sqs/sqs.ts";
import type { WriterOfKind } from "./writer-of-kind.ts";

/** The writer of each kind. */
export const writers: Readonly<Record<KindName, WriterOfKind>> = { kinesis, sqs, eventbridge };
