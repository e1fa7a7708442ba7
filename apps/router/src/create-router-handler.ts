import { hash } from "node:crypto";
import {
  decodeRecord,
  type EnrichedEvent,
  eventIdentity,
  hasMoreLines,
  partitionKeyOf,
  revisionOf,
} from "@millrace/event-contracts";
import { unpackRecord } from "@millrace/packed-records";
import { type Clock, systemClock } from "@millrace/put-records";
import { type UndeliveredStore, UndeliveredWriter } from "@millrace/destinations";
import {
  type CompiledDestination,
  CopyWriter,
  type EventCopy,
  hasRouterHop,
  type RouteSet,
} from "@millrace/routes/runtime";
import {
  createStreamHandler,
  type BatchReport,
  type FailedOutput,
  type FailureDecision,
  type Output,
  type OutputWriter,
  type RecordTime,
  RecordTimeError,
  type SourceRecord,
  type StreamHandler,
} from "@millrace/stream-handler";
import { createLogger, type Logger, noTelemetry, type Telemetry } from "@millrace/telemetry";
import { BAD_ROWS, type BadRowKind, badRowKinds, badRowOutput, setAsideOutputs } from "./bad-rows.ts";
import { undeliveredFolder, undeliveredOutputs } from "./undelivered/undelivered-event.ts";
import { isolateDestination } from "./isolation/isolated-destination.ts";
import { MAX_RECORD_LINES } from "./limits.ts";
import { readEnrichedEvent } from "./read-enriched-event.ts";
import { Canaries, isCanary } from "./canaries.ts";
import { isRoutedOutput, OutputCollector } from "./routed-output.ts";
import { type EventPlace, SeenIdentities } from "./seen-identities.ts";
import { version } from "./version.ts";

/** Everything the router needs; nothing in it reaches for a clock, a network or the environment by itself. */
export interface RouterDependencies {
  /** The routes in force; asked once per record, so that a newer set takes over between records. */
  readonly routes: () => RouteSet;
  /** The writer of a destination; asked once for each. The router adds budget and breaker. */
  readonly destination: (destination: CompiledDestination) => OutputWriter;
  /** The writer of the bad-row stream. */
  readonly badRows: OutputWriter;
  /** Gets what a destination does not take, under keys that begin with `<application>/<destination>/`. */
  readonly undelivered: UndeliveredStore;
  readonly clock?: Clock | undefined;
  /** A number in [0, 1). */
  readonly random?: (() => number) | undefined;
  readonly telemetry?: Telemetry | undefined;
  readonly logger?: Logger | undefined;
  readonly processor?: { readonly name: string; readonly version: string } | undefined;
  /** Time kept back before Lambda's timeout. Default: that of stream-handler. */
  readonly safetyMarginMs?: number | undefined;
}

/** The router as a Lambda handler: enriched event in, one copy out per destination with a matching route. */
export function createRouterHandler(dependencies: RouterDependencies): StreamHandler {
  const router = new Router(dependencies);
  return createStreamHandler({
    processor: router.processor,
    process: (source, time) => router.process(source, time),
    poison: (source, error) => router.poison(source, error),
    identify: identifyOutput,
    destinations: (name) => router.destination(name),
    onFailedOutput: (failure) => router.onFailedOutput(failure),
    onBatch: (report) => router.onBatch(report),
    safetyMarginMs: dependencies.safetyMarginMs,
    clock: dependencies.clock,
  });
}

class Router {
  readonly processor: { readonly name: string; readonly version: string };
  readonly #dependencies: RouterDependencies;
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #logger: Logger;
  readonly #copies = new CopyWriter();
  readonly #seen = new SeenIdentities();
  readonly #canaries = new Canaries();
  #time: { readonly epochMs: number; readonly text: string } | undefined;
  /** By name, as the routes that matched last have them. */
  readonly #destinations = new Map<string, CompiledDestination>();
  /** With the settings each was made for: newer routes may have others. */
  readonly #writers = new Map<string, { readonly settings: string; readonly writer: OutputWriter }>();
  /** By folder. */
  readonly #undelivered = new Map<string, UndeliveredWriter>();

  constructor(dependencies: RouterDependencies) {
    this.processor = dependencies.processor ?? { name: "router", version };
    this.#dependencies = dependencies;
    this.#clock = dependencies.clock ?? systemClock;
    this.#telemetry = dependencies.telemetry ?? noTelemetry;
    this.#logger = dependencies.logger ?? createLogger({ base: { service: "router" }, clock: this.#clock });
  }

  process(source: SourceRecord, time: RecordTime): Output[] {
    const { data, fault } = unpackRecord(source.data);
    if (fault !== undefined) {
      this.#countBadRow(badRowKinds.unreadable);
      return [
        badRowOutput(source, this.processor, { kind: badRowKinds.unreadable, message: fault }, data, { index: 0 }),
      ];
    }
    if (hasMoreLines(data, MAX_RECORD_LINES)) {
      const message = `The record has more than ${MAX_RECORD_LINES} lines; put fewer events into a record.`;
      return this.#setAside(source, { kind: badRowKinds.tooManyLines, message });
    }
    const routes = this.#dependencies.routes();
    const collector = new OutputCollector();
    const badRows: Output[] = [];
    for (const [index, line] of decodeRecord(data).entries()) {
      if (index > 0) time.check();
      const read = line.ok ? readEnrichedEvent(line.value) : undefined;
      if (read === undefined || !("event" in read) || !isCanary(read.event)) this.#telemetry.count("eventsIn");
      const text = line.ok ? line.text : "";
      if (read !== undefined && "event" in read) {
        const { shardId, sequenceNumber } = source;
        try {
          this.#routeEvent(read.event, { text, place: { shardId, sequenceNumber, index } }, routes, collector);
        } catch (error) {
          // Events of other senders share the record.
          const failure = this.#noteDefect(source, error, index);
          badRows.push(badRowOutput(source, this.processor, failure, encode(text), { index }));
          this.#countBadRow(failure.kind);
        }
        continue;
      }
      const failure =
        read !== undefined
          ? { kind: badRowKinds.notEnriched, message: read.reason }
          : { kind: badRowKinds.unreadable, message: line.ok ? "" : `${line.error.code}: ${line.error.message}` };
      this.#countBadRow(failure.kind);
      const bytes = line.ok ? encode(text) : line.bytes;
      badRows.push(badRowOutput(source, this.processor, failure, bytes, { index }));
    }
    this.#telemetry.countBy("recordsByRoutesVersion", routes.version);
    return [...collector.outputs(), ...badRows];
  }

  #routeEvent(
    event: EnrichedEvent,
    { text, place }: { readonly text: string; readonly place: EventPlace },
    routes: RouteSet,
    collector: OutputCollector,
  ): void {
    // A copy of ours has come back: a destination leads into the enriched stream. Taking it up would copy it for ever.
    if (hasRouterHop(event)) {
      this.#telemetry.count("eventsRoutedBefore");
      return;
    }
    const { matched, copies } = routes.route(event, text);
    const now = this.#clock.now();
    if (isCanary(event)) {
      const wanted = copies.filter(({ destination }) => destination.canaries);
      this.#addCopies(wanted, { event, text, now }, routes, collector);
      this.#canaries.add(event, matched, wanted);
      return;
    }
    const isCopy = this.#seen.isCopy(event.event, place, now);
    if (isCopy && copies.length === 0) this.#telemetry.count("duplicates");
    this.#telemetry.observe("eventAgeMs", now - Date.parse(event.event.receivedat));
    if (matched.length === 0) this.#telemetry.count("eventsUnmatched");
    this.#addCopies(copies, { event, text, now }, routes, collector);
    for (const copy of copies) {
      if (isCopy) this.#telemetry.countAt("duplicates", copy.destination.name);
      this.#telemetry.count("eventsOut");
      this.#telemetry.count("routeMatches", copy.routes.length);
      for (const route of copy.routes) this.#telemetry.countBy("matchesByRoute", route);
    }
  }

  /** Adds all copies of an event, or none when one of them cannot be written. */
  #addCopies(
    copies: readonly EventCopy[],
    { event, text, now }: { readonly event: EnrichedEvent; readonly text: string; readonly now: number },
    routes: RouteSet,
    collector: OutputCollector,
  ): void {
    const at = this.#timeOf(now);
    const lines = copies.map((copy) =>
      this.#copies.line(event, text, copy, {
        ...this.processor,
        ...{ at, routesVersion: routes.version, routes: copy.routes },
      }),
    );
    for (const [index, copy] of copies.entries()) {
      const { name, application, eventsPerRecord } = copy.destination;
      this.#destinations.set(name, copy.destination);
      const partitionKey = partitionKeyOf({ subject: copy.partitionKey ?? event.event.subject, id: event.event.id });
      const target = { destination: name, application, partitionKey, isShared: eventsPerRecord === "many" };
      collector.add(target, lines[index] as string, { event, text, routes: copy.routes });
    }
  }

  /** RFC 3339; events of one millisecond share the text. */
  #timeOf(epochMs: number): string {
    if (this.#time?.epochMs !== epochMs) this.#time = { epochMs, text: new Date(epochMs).toISOString() };
    return this.#time.text;
  }

  poison(source: SourceRecord, error: unknown): Output[] {
    if (error instanceof RecordTimeError) {
      const message = `Routing the record took more than ${error.timeoutMs} ms.`;
      return this.#setAside(source, { kind: badRowKinds.tooSlow, message });
    }
    return this.#setAside(source, this.#noteDefect(source, error));
  }

  /** Logs a failure of our own code: on an event of the record, or on the record as a whole. */
  #noteDefect(source: SourceRecord, error: unknown, index?: number): { kind: BadRowKind; message: string } {
    const { stream, shardId, sequenceNumber } = source;
    const what = index === undefined ? "A record" : "An event";
    this.#logger.error(`${what} could not be routed`, { stream, shardId, sequenceNumber, error });
    const message = error instanceof Error ? error.name : "The router failed on this record.";
    return { kind: badRowKinds.notProcessed, message };
  }

  #setAside(source: SourceRecord, failure: { kind: BadRowKind; message: string }): Output[] {
    const outputs = setAsideOutputs(source, this.processor, failure);
    for (const _ of outputs) this.#countBadRow(failure.kind);
    return outputs;
  }

  destination(name: string): OutputWriter {
    if (name === BAD_ROWS) return this.#dependencies.badRows;
    const folder = undeliveredFolder(name);
    if (folder !== undefined) return this.#undeliveredIn(folder);
    const destination = this.#destinations.get(name);
    if (destination === undefined) throw new Error(`No route writes to "${name}"`);
    const settings = JSON.stringify(destination);
    const known = this.#writers.get(name);
    if (known?.settings === settings) return known.writer;
    const writer = this.#isolate(destination);
    this.#writers.set(name, { settings, writer });
    return writer;
  }

  #undeliveredIn(folder: string): OutputWriter {
    const known = this.#undelivered.get(folder);
    if (known !== undefined) return known;
    const { undelivered: store, random = Math.random } = this.#dependencies;
    const writer = new UndeliveredWriter({ store, folder, clock: this.#clock, random, logger: this.#logger });
    this.#undelivered.set(folder, writer);
    return writer;
  }

  #isolate(destination: CompiledDestination): OutputWriter {
    return isolateDestination(this.#dependencies.destination(destination), {
      name: destination.name,
      clock: this.#clock,
      budgetMs: destination.budgetMs,
      onChange: (isOpen) =>
        this.#logger.warn(isOpen ? "Destination given up for now" : "Destination takes records again", {
          destination: destination.name,
        }),
    });
  }

  onFailedOutput(failure: FailedOutput): FailureDecision {
    const { output, delivery } = failure;
    // A bad row that cannot be stored must not be lost: Lambda brings the record again. So it is with an undelivered
    // event.
    if (!isRoutedOutput(output)) return { action: "block" };
    const entries = output.entries.filter(({ event }) => !isCanary(event));
    if (entries.length < output.entries.length) this.#canaries.fail(output.destination);
    // A canary that comes later measures nothing: the next one is a minute away.
    if (entries.length === 0) return { action: "release" };
    this.#telemetry.countBy("failuresByDestination", output.destination);
    this.#telemetry.countBy("failuresByReason", delivery?.reason ?? "no-answer");
    const outputs = undeliveredOutputs(failure, { ...output, entries }, this.processor);
    this.#telemetry.countAt("undelivered", output.destination, outputs.length);
    return { action: "divert", outputs };
  }

  onBatch(report: BatchReport): void {
    const destinations = [...report.destinations.values()];
    const sum = (pick: (destination: (typeof destinations)[number]) => number): number =>
      destinations.reduce((total, destination) => total + pick(destination), 0);
    this.#telemetry.count("recordsIn", report.records);
    this.#telemetry.count(
      "recordsOut",
      sum((destination) => destination.delivered),
    );
    this.#telemetry.count(
      "recordsFailed",
      sum((destination) => destination.failed),
    );
    this.#telemetry.count(
      "deliveryRetries",
      sum((destination) => destination.retries),
    );
    this.#telemetry.count(
      "ambiguousDeliveries",
      sum((destination) => destination.ambiguous),
    );
    this.#telemetry.count("batchItemFailures", report.checkpoint === undefined ? 0 : 1);
    this.#telemetry.observe("recordAgeMs", report.oldestAgeMs);
    this.#telemetry.observe("durationMs", report.durationMs);
    this.#canaries.measure(this.#telemetry, this.#clock.now(), report.checkpoint === undefined);
    this.#telemetry.flush();
  }

  #countBadRow(kind: string): void {
    this.#telemetry.count("badRows");
    this.#telemetry.countBy("badRowsByKind", kind);
  }
}

/**
 * Returns a key that is unique among the outputs of a record: newer routes may give the record other outputs the next
 * time. A copy of the same events in the same destination is the same output, whatever routes it is there for; a
 * correction is another one.
 */
function identifyOutput(output: Output): string {
  if (!isRoutedOutput(output)) return hash("sha1", output.data, "base64");
  return hash(
    "sha1",
    output.entries.map(({ event }) => `${eventIdentity(event.event)} ${revisionOf(event)}`).join(),
    "base64",
  );
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
