import { type Clock, systemClock } from "../clock.ts";
import { ServiceError } from "../json-service/errors.ts";
import type { JsonService } from "../json-service/json-service.ts";
import type { LoggedMessage } from "../json-service/message-log.ts";
import { createServiceClient, type ServiceCall, type ServiceClientOptions } from "../json-service/service-client.ts";
import type { ServiceFaults } from "../json-service/service-faults.ts";
import { createRandom, type Random } from "../random.ts";
import {
  DEFAULT_RETENTION_SECONDS,
  DEFAULT_VISIBILITY_SECONDS,
  MAX_BATCH_ENTRIES,
  MAX_MESSAGE_BYTES,
  MAX_RECEIVED_MESSAGES,
  MAX_VISIBILITY_SECONDS,
  MAX_WAIT_SECONDS,
} from "./limits.ts";
import { Queue } from "./queue.ts";

/** Account, clock and faults of the queues. */
export interface SqsQueuesOptions {
  /** Default `us-east-1`. */
  readonly region?: string;
  /** Default `000000000000`. */
  readonly accountId?: string;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Draws ids and receipts. Default a generator with a fixed seed. */
  readonly random?: Random;
  /** Calls and entries that fail. Default none. */
  readonly faults?: ServiceFaults;
  /**
   * Characters of messages above which the oldest of a queue go, received or not. SQS has no such limit; a process has
   * the memory it has. Default none.
   */
  readonly maxQueueLength?: number;
  /** Called once for each queue, before the first of its messages goes that way. */
  readonly onOverflow?: (queueName: string) => void;
}

/** A queue, as `CreateQueue` makes it. */
export interface CreateQueueOptions {
  /** Also the last part of its URL. */
  readonly name: string;
  /** Default 30. */
  readonly visibilitySeconds?: number | undefined;
  /** Default four days. */
  readonly retentionSeconds?: number | undefined;
}

type Input = Readonly<Record<string, unknown>>;

/**
 * The standard queues of an account: what producers and consumers ask, over JSON. FIFO queues, delays, message
 * attributes and dead-letter queues are refused, never ignored.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/
 */
export class SqsQueues implements JsonService {
  readonly name = "sqs";
  readonly targetPrefix = "AmazonSQS.";
  readonly contentType = "application/x-amz-json-1.0";
  /** A full batch whose every character is an escape. */
  readonly maxBodyBytes = MAX_MESSAGE_BYTES * 7;
  readonly clock: Clock;
  readonly faults: ServiceFaults | undefined;
  readonly #region: string;
  readonly #accountId: string;
  readonly #random: Random;
  readonly #maxQueueLength: number;
  readonly #onOverflow: (queueName: string) => void;
  #endpoint: string;
  readonly #queues = new Map<string, Queue>();

  constructor(options: SqsQueuesOptions = {}) {
    this.#region = options.region ?? "us-east-1";
    this.#accountId = options.accountId ?? "000000000000";
    this.#endpoint = `https://sqs.${this.#region}.amazonaws.com`;
    this.clock = options.clock ?? systemClock;
    this.faults = options.faults;
    this.#random = options.random ?? createRandom("sqs");
    this.#maxQueueLength = options.maxQueueLength ?? Number.POSITIVE_INFINITY;
    this.#onOverflow = options.onOverflow ?? (() => undefined);
  }

  /** Makes a queue, unless there is one of the name. */
  createQueue({ name, visibilitySeconds, retentionSeconds }: CreateQueueOptions): void {
    if (this.#queues.has(name)) return;
    const queue = new Queue({
      name,
      visibilitySeconds: visibilitySeconds ?? DEFAULT_VISIBILITY_SECONDS,
      retentionSeconds: retentionSeconds ?? DEFAULT_RETENTION_SECONDS,
      maxLength: this.#maxQueueLength,
      onOverflow: () => this.#onOverflow(name),
      random: this.#random,
    });
    this.#queues.set(name, queue);
  }

  deleteQueue(name: string): void {
    this.#queues.delete(name);
  }

  queueNames(): readonly string[] {
    return [...this.#queues.keys()];
  }

  /** Messages that came after the number given, also those that were deleted meanwhile; takes nothing. */
  messagesAfter(name: string, number: number): readonly LoggedMessage[] {
    return this.#queues.get(name)?.log.after(number) ?? [];
  }

  /** How many messages came to a queue in all. */
  messageCount(name: string): number {
    return this.#queues.get(name)?.log.count ?? 0;
  }

  /** Age of the oldest message that nobody has deleted, in milliseconds; undefined in an empty queue. */
  oldestMessageAgeMs(name: string): number | undefined {
    const now = this.clock.now();
    const sentMs = this.#queues.get(name)?.oldestSentMs(now);
    return sentMs === undefined ? undefined : now - sentMs;
  }

  /** Calls it under its clock, with its faults. */
  client(options: ServiceClientOptions = {}): ServiceCall {
    return createServiceClient(this, options);
  }

  waitMs(operation: string | undefined, body: string): number {
    if (operation !== "ReceiveMessage") return 0;
    const seconds = /"WaitTimeSeconds":\s*(\d+)/.exec(body)?.[1] ?? "0";
    return Math.min(MAX_WAIT_SECONDS, Number(seconds)) * 1_000;
  }

  execute(operation: string, input: Input): object {
    switch (operation) {
      case "SendMessage":
        return this.#sendMessage(input);
      case "SendMessageBatch":
        return this.#sendMessageBatch(input);
      case "ReceiveMessage":
        return this.#receiveMessage(input);
      case "DeleteMessage":
        this.#queueOf(input).delete(textOf(input, "ReceiptHandle"));
        return {};
      case "DeleteMessageBatch":
        return this.#deleteMessageBatch(input);
      case "ChangeMessageVisibility":
        return this.#changeVisibility(input);
      case "GetQueueUrl":
        return { QueueUrl: this.#urlOf(this.#queueNamed(textOf(input, "QueueName")).name) };
      case "GetQueueAttributes":
        return this.#attributes(input);
      case "ListQueues":
        return this.#listQueues(input);
      case "PurgeQueue":
        this.#queueOf(input).purge();
        return {};
      default:
        throw new ServiceError("UnsupportedOperation", `The simulator does not model ${operation}.`);
    }
  }

  #sendMessage(input: Input): object {
    const queue = this.#queueOf(input);
    const fault = faultOfMessage(input);
    if (fault !== undefined) throw new ServiceError(fault.Code, fault.Message);
    return queue.send(textOf(input, "MessageBody"), this.clock.now());
  }

  #sendMessageBatch(input: Input): object {
    const queue = this.#queueOf(input);
    const entries = batchOf(input);
    const bytes = entries.reduce((sum, { MessageBody }) => sum + byteLength(MessageBody), 0);
    if (bytes > MAX_MESSAGE_BYTES) {
      const message = `Batch requests cannot be longer than ${MAX_MESSAGE_BYTES} bytes. You have sent ${bytes} bytes.`;
      throw new ServiceError("BatchRequestTooLong", message);
    }
    const Successful: object[] = [];
    const Failed: object[] = [];
    for (const entry of entries) {
      const Id = String(entry["Id"]);
      const refused = faultOfMessage(entry);
      const fault = this.faults?.entry(queue.name);
      if (refused !== undefined) Failed.push({ Id, SenderFault: true, ...refused });
      else if (fault === "throttle")
        Failed.push({ Id, SenderFault: false, Code: "RequestThrottled", Message: "Rate exceeded" });
      else {
        const sent = fault === "failure" ? undefined : queue.send(textOf(entry, "MessageBody"), this.clock.now());
        if (fault === undefined) Successful.push({ Id, ...sent });
        else Failed.push({ Id, SenderFault: false, Code: "InternalError", Message: "Internal failure." });
      }
    }
    // AWS leaves an empty list out.
    return { ...(Successful.length > 0 && { Successful }), ...(Failed.length > 0 && { Failed }) };
  }

  #receiveMessage(input: Input): object {
    const queue = this.#queueOf(input);
    const most = numberOf(input, "MaxNumberOfMessages", 1, 1, MAX_RECEIVED_MESSAGES);
    const visibility = numberOf(input, "VisibilityTimeout", queue.visibilitySeconds, 0, MAX_VISIBILITY_SECONDS);
    numberOf(input, "WaitTimeSeconds", 0, 0, MAX_WAIT_SECONDS);
    const messages = queue.receive(most, visibility, this.clock.now());
    const wanted = [input["MessageSystemAttributeNames"], input["AttributeNames"]].flat();
    const isWanted = (name: string): boolean => wanted.includes("All") || wanted.includes(name);
    const Messages = messages.map(({ Attributes, ...message }) => {
      const attributes = Object.fromEntries(Object.entries(Attributes).filter(([name]) => isWanted(name)));
      return Object.keys(attributes).length === 0 ? message : { ...message, Attributes: attributes };
    });
    return Messages.length === 0 ? {} : { Messages };
  }

  #deleteMessageBatch(input: Input): object {
    const queue = this.#queueOf(input);
    const entries = batchOf(input);
    for (const entry of entries) queue.delete(textOf(entry, "ReceiptHandle"));
    return { Successful: entries.map(({ Id }) => ({ Id })) };
  }

  #changeVisibility(input: Input): object {
    const seconds = numberOf(input, "VisibilityTimeout", 0, 0, MAX_VISIBILITY_SECONDS);
    if (!this.#queueOf(input).changeVisibility(textOf(input, "ReceiptHandle"), seconds, this.clock.now())) {
      throw new ServiceError("MessageNotInflight", "The specified message isn't in flight.");
    }
    return {};
  }

  #attributes(input: Input): object {
    const queue = this.#queueOf(input);
    const { visible, notVisible } = queue.counts(this.clock.now());
    const all: Readonly<Record<string, string>> = {
      QueueArn: `arn:aws:sqs:${this.#region}:${this.#accountId}:${queue.name}`,
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(notVisible),
      ApproximateNumberOfMessagesDelayed: "0",
      VisibilityTimeout: String(queue.visibilitySeconds),
      MessageRetentionPeriod: String(queue.retentionSeconds),
      MaximumMessageSize: String(MAX_MESSAGE_BYTES),
      DelaySeconds: "0",
    };
    const wanted = [input["AttributeNames"]].flat();
    const Attributes = Object.fromEntries(
      Object.entries(all).filter(([name]) => wanted.includes("All") || wanted.includes(name)),
    );
    return Object.keys(Attributes).length === 0 ? {} : { Attributes };
  }

  #listQueues(input: Input): object {
    const prefix = typeof input["QueueNamePrefix"] === "string" ? input["QueueNamePrefix"] : "";
    const names = this.queueNames().filter((name) => name.startsWith(prefix));
    return names.length === 0 ? {} : { QueueUrls: names.map((name) => this.#urlOf(name)) };
  }

  /** The SDK sends requests for a queue to the host of its URL. */
  servedAt(url: string): void {
    this.#endpoint = url;
  }

  #urlOf(name: string): string {
    return `${this.#endpoint}/${this.#accountId}/${name}`;
  }

  /** By the last part of its URL, whatever host it has. */
  #queueOf(input: Input): Queue {
    return this.#queueNamed(textOf(input, "QueueUrl").split("/").at(-1) ?? "");
  }

  #queueNamed(name: string): Queue {
    const queue = this.#queues.get(name);
    if (queue === undefined) {
      throw new ServiceError("com.amazonaws.sqs#QueueDoesNotExist", "The specified queue does not exist.");
    }
    return queue;
  }
}

/** Members that would change what becomes of a message. */
const NOT_MODELLED = ["MessageAttributes", "MessageSystemAttributes", "MessageGroupId", "MessageDeduplicationId"];

function faultOfMessage(entry: Input): { readonly Code: string; readonly Message: string } | undefined {
  const body = entry["MessageBody"];
  const member = NOT_MODELLED.find((name) => entry[name] !== undefined && !isEmpty(entry[name]));
  if (member !== undefined) return { Code: "UnsupportedOperation", Message: `The simulator does not model ${member}.` };
  if (entry["DelaySeconds"] !== undefined && entry["DelaySeconds"] !== 0) {
    return { Code: "UnsupportedOperation", Message: "The simulator does not model DelaySeconds." };
  }
  if (typeof body !== "string" || body === "") {
    return { Code: "MissingParameter", Message: "The request must contain the parameter MessageBody." };
  }
  if (byteLength(body) > MAX_MESSAGE_BYTES) {
    const Message = `One or more parameters are invalid. Reason: Message must be shorter than ${MAX_MESSAGE_BYTES} bytes.`;
    return { Code: "InvalidParameterValue", Message };
  }
  if (FORBIDDEN.test(body)) {
    return { Code: "InvalidMessageContents", Message: "Invalid characters found in the message." };
  }
  return undefined;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
// oxlint-disable-next-line no-control-regex -- Control characters are what is looked for.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udfff]/u;

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;

function batchOf(input: Input): Input[] {
  const entries = Array.isArray(input["Entries"]) ? (input["Entries"] as Input[]) : [];
  const ids = entries.map(({ Id }) => Id);
  if (entries.length === 0) {
    throw new ServiceError("EmptyBatchRequest", "There should be at least one entry in the request.");
  }
  if (entries.length > MAX_BATCH_ENTRIES) {
    const message = `Maximum number of entries per request are ${MAX_BATCH_ENTRIES}. You have sent ${entries.length}.`;
    throw new ServiceError("TooManyEntriesInBatchRequest", message);
  }
  if (new Set(ids).size < ids.length) throw new ServiceError("BatchEntryIdsNotDistinct", "Two entries have one id.");
  if (!ids.every((id) => typeof id === "string" && /^[\w-]{1,80}$/.test(id))) {
    throw new ServiceError("InvalidBatchEntryId", "An id has 1 to 80 letters, digits, hyphens and underscores.");
  }
  return entries;
}

function textOf(input: Input, name: string): string {
  const value = input[name];
  if (typeof value === "string" && value !== "") return value;
  throw new ServiceError("MissingParameter", `The request must contain the parameter ${name}.`);
}

function numberOf(input: Input, name: string, byDefault: number, min: number, max: number): number {
  const value = input[name] ?? byDefault;
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new ServiceError("InvalidParameterValue", `Value ${JSON.stringify(value)} for parameter ${name} is invalid.`);
}

const byteLength = (text: unknown): number => (typeof text === "string" ? Buffer.byteLength(text) : 0);
