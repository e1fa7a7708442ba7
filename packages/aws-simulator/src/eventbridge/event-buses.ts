import { type Clock, systemClock } from "../clock.ts";
import { ServiceError } from "../json-service/errors.ts";
import type { JsonService } from "../json-service/json-service.ts";
import { type LoggedMessage, MessageLog } from "../json-service/message-log.ts";
import { createServiceClient, type ServiceCall, type ServiceClientOptions } from "../json-service/service-client.ts";
import type { ServiceFaults } from "../json-service/service-faults.ts";
import { createRandom, type Random } from "../random.ts";
import { createUuid } from "../uuid.ts";
import { MAX_DETAIL_DEPTH, MAX_DETAIL_TYPE_LENGTH, MAX_ENTRIES, MAX_REQUEST_BYTES, TIME_BYTES } from "./limits.ts";

/** Account, clock and faults of the buses. */
export interface EventBusesOptions {
  /** Default `us-east-1`. */
  readonly region?: string;
  /** Default `000000000000`. */
  readonly accountId?: string;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Draws the ids of events. Default a generator with a fixed seed. */
  readonly random?: Random;
  /** Calls and entries that fail. Default none. */
  readonly faults?: ServiceFaults;
}

type Input = Readonly<Record<string, unknown>>;

/**
 * The event buses of an account: `PutEvents`, and what lies on them. Rules and targets are refused: a bus of the
 * simulator is looked at.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/
 */
export class EventBuses implements JsonService {
  readonly name = "events";
  readonly targetPrefix = "AWSEvents.";
  readonly contentType = "application/x-amz-json-1.1";
  readonly maxBodyBytes = MAX_REQUEST_BYTES * 7;
  readonly clock: Clock;
  readonly faults: ServiceFaults | undefined;
  readonly #region: string;
  readonly #accountId: string;
  readonly #random: Random;
  readonly #buses = new Map<string, MessageLog>();

  constructor(options: EventBusesOptions = {}) {
    this.#region = options.region ?? "us-east-1";
    this.#accountId = options.accountId ?? "000000000000";
    this.clock = options.clock ?? systemClock;
    this.faults = options.faults;
    this.#random = options.random ?? createRandom("events");
  }

  /** Makes a bus, unless there is one of the name. */
  createBus(name: string): void {
    if (!this.#buses.has(name)) this.#buses.set(name, new MessageLog());
  }

  deleteBus(name: string): void {
    this.#buses.delete(name);
  }

  busNames(): readonly string[] {
    return [...this.#buses.keys()];
  }

  /** Events that came after the number given, each as a rule would see it. */
  messagesAfter(name: string, number: number): readonly LoggedMessage[] {
    return this.#buses.get(name)?.after(number) ?? [];
  }

  /** How many events came to a bus in all. */
  messageCount(name: string): number {
    return this.#buses.get(name)?.count ?? 0;
  }

  /** Calls it under its clock, with its faults. */
  client(options: ServiceClientOptions = {}): ServiceCall {
    return createServiceClient(this, options);
  }

  execute(operation: string, input: Input): object {
    switch (operation) {
      case "PutEvents":
        return this.#putEvents(input);
      case "DescribeEventBus": {
        const name = typeof input["Name"] === "string" ? nameOf(input["Name"]) : "default";
        if (!this.#buses.has(name)) {
          throw new ServiceError("ResourceNotFoundException", `Event bus ${name} does not exist.`);
        }
        return { Name: name, Arn: this.#arnOf(name) };
      }
      case "ListEventBuses":
        return { EventBuses: this.busNames().map((name) => ({ Name: name, Arn: this.#arnOf(name) })) };
      default:
        throw new ServiceError("UnknownOperationException", `The simulator does not model ${operation}.`);
    }
  }

  #putEvents(input: Input): object {
    const entries = Array.isArray(input["Entries"]) ? (input["Entries"] as Input[]) : [];
    if (entries.length === 0 || entries.length > MAX_ENTRIES) {
      const message = `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and ${MAX_ENTRIES}`;
      throw new ServiceError("ValidationException", message);
    }
    if (entries.reduce((sum, entry) => sum + bytesOf(entry), 0) >= MAX_REQUEST_BYTES) {
      throw new ServiceError("ValidationException", "Total size of the entries in the request is over the limit.");
    }
    const results = entries.map((entry) => this.#putEvent(entry));
    return { FailedEntryCount: results.filter((result) => "ErrorCode" in result).length, Entries: results };
  }

  #putEvent(entry: Input): object {
    const name = typeof entry["EventBusName"] === "string" ? nameOf(entry["EventBusName"]) : "default";
    const { Source: source, DetailType: detailType, Detail: detail } = entry;
    const refuse = (ErrorCode: string, ErrorMessage: string): object => ({ ErrorCode, ErrorMessage });
    if (typeof source !== "string" || source === "") return refuse("InvalidArgument", "Parameter Source is not valid.");
    if (source.startsWith("aws.")) return refuse("NotAuthorizedForSourceException", `Not authorized for the source.`);
    if (typeof detailType !== "string" || detailType === "" || detailType.length > MAX_DETAIL_TYPE_LENGTH) {
      return refuse("InvalidArgument", "Parameter DetailType is not valid.");
    }
    const parsed = parseDetail(detail);
    if (parsed === undefined) return refuse("MalformedDetail", "Detail is malformed.");
    const log = this.#buses.get(name);
    if (log === undefined) return refuse("ResourceNotFoundException", `Event bus ${name} does not exist.`);
    const fault = this.faults?.entry(name);
    if (fault === "throttle") return refuse("ThrottlingException", "Rate exceeded");
    const id = createUuid(this.#random);
    if (fault !== "failure") log.add(this.#eventText(id, entry, source, detailType, parsed), this.clock.now());
    return fault === undefined ? { EventId: id } : refuse("InternalFailure", "Internal failure.");
  }

  #eventText(id: string, entry: Input, source: string, detailType: string, detail: string): string {
    const seconds = typeof entry["Time"] === "number" ? entry["Time"] : this.clock.now() / 1_000;
    const head = {
      version: "0",
      id,
      "detail-type": detailType,
      source,
      account: this.#accountId,
      time: new Date(Math.floor(seconds) * 1_000).toISOString().replace(".000Z", "Z"),
      region: this.#region,
      resources: Array.isArray(entry["Resources"]) ? (entry["Resources"] as unknown[]) : [],
    };
    return `${JSON.stringify(head).slice(0, -1)},"detail":${detail}}`;
  }

  #arnOf(name: string): string {
    return `arn:aws:events:${this.#region}:${this.#accountId}:event-bus/${name}`;
  }
}

/** A bus is named by its name or its ARN. */
const nameOf = (nameOrArn: string): string => nameOrArn.replace(/^arn:.*:event-bus\//, "");

/** The text of a JSON object that is not too deep; undefined for anything else. */
function parseDetail(detail: unknown): string | undefined {
  if (typeof detail !== "string") return undefined;
  try {
    const value: unknown = JSON.parse(detail);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    return depthOf(detail) > MAX_DETAIL_DEPTH ? undefined : detail;
  } catch {
    return undefined;
  }
}

/** Deepest nesting of a JSON text. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{[\]}]/gs)) {
    if (token === "{" || token === "[") deepest = Math.max(deepest, (depth += 1));
    else if (token === "}" || token === "]") depth -= 1;
  }
  return deepest;
}

/** As AWS counts an entry. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
function bytesOf({ Time, Source, DetailType, Detail, Resources }: Input): number {
  const texts = [Source, DetailType, Detail, ...(Array.isArray(Resources) ? (Resources as unknown[]) : [])];
  const bytes = texts.reduce<number>((sum, text) => sum + (typeof text === "string" ? Buffer.byteLength(text) : 0), 0);
  return bytes + (Time === undefined ? 0 : TIME_BYTES);
}
