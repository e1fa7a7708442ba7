import { type CallService, faultOf, membersOf, sendEntries, type ServiceWords } from "../entries/call-service.ts";
import type { EntryFault, EntryService } from "../entries/entry-service.ts";
import { unanswered } from "../entries/entry-writer.ts";
import { eventText } from "../event-text.ts";
import { EVENT_SOURCE, MAX_DETAIL_TYPE_LENGTH, MAX_ENTRIES, MAX_REQUEST_BYTES, TIME_BYTES } from "./limits.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html */
const words: ServiceWords = {
  throttled: new Set(["LimitExceededException"]),
  missing: new Set(["ResourceNotFoundException", "InvalidAccountIdException"]),
  refused: new Set([
    "InvalidArgument",
    "MalformedDetail",
    "NotAuthorizedForDetailTypeException",
    "NotAuthorizedForSourceException",
    "RedactionFailure",
    "ValidationException",
  ]),
};

interface PutEventsAnswer {
  readonly Entries?: readonly {
    readonly EventId?: string;
    readonly ErrorCode?: string;
    readonly ErrorMessage?: string;
  }[];
}

/**
 * A bus as entries are written to it: `PutEvents`.
 * @param bus name or ARN
 */
export function createBusService(bus: string, call: CallService): EntryService {
  return {
    name: `EventBridge bus ${bus.split("/").at(-1)}`,
    maxEntries: MAX_ENTRIES,
    maxRequestBytes: MAX_REQUEST_BYTES,
    maxEntryBytes: MAX_REQUEST_BYTES,
    encode(data) {
      const detail = eventText(data);
      const { type = "", time } = attributesOf(detail);
      if (type === "" || type.length > MAX_DETAIL_TYPE_LENGTH) {
        return {
          refusal: `a type of ${type.length} characters is no detail-type, which has 1 to ${MAX_DETAIL_TYPE_LENGTH}`,
        };
      }
      const seconds = time === undefined ? Number.NaN : Date.parse(time) / 1_000;
      const members = {
        EventBusName: bus,
        Source: EVENT_SOURCE,
        DetailType: type,
        Detail: detail,
        ...(Number.isFinite(seconds) ? { Time: seconds } : {}),
      };
      const bytes =
        Buffer.byteLength(detail) +
        Buffer.byteLength(type) +
        EVENT_SOURCE.length +
        (Number.isFinite(seconds) ? TIME_BYTES : 0);
      return { bytes, members };
    },
    send(entries, signal) {
      const Entries = entries.map(({ members }) => members);
      return sendEntries(entries.length, words, () => call("PutEvents", { Entries }, signal), readAnswer);
    },
  };
}

/** The two attributes that an entry carries beside the event; a projection may have left them out. */
function attributesOf(json: string): { readonly type?: string; readonly time?: string } {
  const { event } = membersOf(json) as { event?: { readonly type?: unknown; readonly time?: unknown } };
  return {
    ...(typeof event?.type === "string" && { type: event.type }),
    ...(typeof event?.time === "string" && { time: event.time }),
  };
}

function readAnswer({ Entries = [] }: PutEventsAnswer, count: number): (EntryFault | undefined)[] {
  // An answer of another length cannot be told apart by position.
  if (Entries.length !== count) return Array.from({ length: count }, () => unanswered("the answer has other entries"));
  return Entries.map(({ EventId, ErrorCode, ErrorMessage = "" }) => {
    if (ErrorCode !== undefined) return faultOf(ErrorCode, ErrorMessage, words, false);
    return EventId === undefined ? unanswered("the answer has neither an event's id nor an error") : undefined;
  });
}
