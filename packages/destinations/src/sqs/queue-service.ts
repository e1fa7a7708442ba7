import { type CallService, faultOf, sendEntries, type ServiceWords } from "../entries/call-service.ts";
import type { EntryFault, EntryService } from "../entries/entry-service.ts";
import { unanswered } from "../entries/entry-writer.ts";
import { eventText } from "../event-text.ts";
import { MAX_ENTRIES, MAX_MESSAGE_BYTES } from "./limits.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html#API_SendMessageBatch_Errors */
const words: ServiceWords = {
  throttled: new Set(["RequestThrottled", "KmsThrottled", "OverLimit"]),
  missing: new Set([
    "QueueDoesNotExist",
    "AWS.SimpleQueueService.NonExistentQueue",
    "InvalidAddress",
    "KmsAccessDenied",
    "KmsDisabled",
    "KmsInvalidKeyUsage",
    "KmsInvalidState",
    "KmsNotFound",
    "KmsOptInRequired",
    "UnsupportedOperation",
  ]),
  refused: new Set(["BatchRequestTooLong", "InvalidMessageContents", "InvalidParameterValue", "InvalidAttributeValue"]),
};

interface BatchAnswer {
  readonly Successful?: readonly { readonly Id: string }[];
  readonly Failed?: readonly { readonly Id: string; readonly Code: string; readonly Message?: string }[];
}

/** A queue as entries are written to it: `SendMessageBatch`. */
export function createQueueService(queueUrl: string, call: CallService): EntryService {
  return {
    name: `SQS queue ${queueUrl.split("/").at(-1)}`,
    maxEntries: MAX_ENTRIES,
    maxRequestBytes: MAX_MESSAGE_BYTES,
    maxEntryBytes: MAX_MESSAGE_BYTES,
    encode(data) {
      const body = escapeForbidden(eventText(data));
      return { bytes: Buffer.byteLength(body), members: { MessageBody: body } };
    },
    send(entries, signal) {
      const input = {
        QueueUrl: queueUrl,
        Entries: entries.map(({ members }, index) => ({ Id: String(index), ...members })),
      };
      return sendEntries(entries.length, words, () => call("SendMessageBatch", input, signal), readAnswer);
    },
  };
}

function readAnswer({ Successful = [], Failed = [] }: BatchAnswer, count: number): (EntryFault | undefined)[] {
  const stored = new Set(Successful.map(({ Id }) => Id));
  const failed = new Map(Failed.map((one) => [one.Id, one]));
  return Array.from({ length: count }, (_, index) => {
    if (stored.has(String(index))) return undefined;
    const { Code, Message = "" } = failed.get(String(index)) ?? {};
    return Code === undefined
      ? unanswered("the answer does not name the message")
      : faultOf(Code, Message, words, false);
  });
}

/**
 * SQS takes the characters of XML. JSON has escaped those below a space; these two are left, and only ever stand in
 * strings, where an escape means the same.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
function escapeForbidden(json: string): string {
  return json.replaceAll("\ufffe", String.raw`\ufffe`).replaceAll("\uffff", String.raw`\uffff`);
}
