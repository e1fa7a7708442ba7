export { readForwardedAddress } from "./client-address.ts";
export type { Clock } from "@millrace/put-records";
export {
  createEventService,
  type EventReply,
  type EventRequest,
  type EventService,
  type EventServiceOptions,
  type UnconfirmedEvent,
} from "./event-service.ts";
export { IngestError, type ProblemCode, problems, type Rejection } from "./problems.ts";
export { hashWriteKey, type Sender, type WriteKeyConfig } from "./write-keys.ts";
