import { checkConsumers } from "./check-consumers.ts";
import { checkNames } from "./check-names.ts";
import { checkReplays } from "./check-replays.ts";
import { checkTruth } from "./check-truth.ts";
import { checkViews } from "./check-views.ts";
import { directStream } from "../schedule/places.ts";
import type { MemoryRow } from "@millrace/aws-simulator";
import type { Landing } from "@millrace/topology";
import { identityOf } from "../identity.ts";
import type { ObservedDelivery } from "../observe/deliveries.ts";
import { orderedStreams } from "../resources.ts";
import { Contents } from "./contents.ts";
import { type Evidence, groupBy, type StoredBadRow, type StoredEvent, type StoredRecord } from "./evidence.ts";

/** Something that must hold after every schedule, whatever went wrong in it. */
export interface Invariant {
  readonly name: string;
  readonly claim: string;
  /** Returns the contradictions to the claim; empty when it holds. */
  readonly check: (evidence: Evidence) => string[] | Promise<string[]>;
}

/**
 * The invariants, in the order of the pipeline. The first is that everything came to its end: without it all others
 * would only show the events that are still to come. Guarantees 1–4 are those of the design.
 */
export const invariants: readonly Invariant[] = [
  {
    name: "every-call-is-answered",
    claim: "Every request and every record handed to a client gets an answer of the documented kind.",
    check: ({ run: { ledger, serviceDeliveries, functionDeliveries } }) => [
      ...(ledger.openRequests === 0 ? [] : [`${ledger.openRequests} requests were never answered`]),
      ...(serviceDeliveries.open === 0 ? [] : [`${serviceDeliveries.open} calls of the client never ended`]),
      ...ledger.oddReplies,
      ...serviceDeliveries.faults,
      ...functionDeliveries.faults,
    ],
  },
  {
    name: "drains",
    claim: "Once faults end, the pipeline comes to rest.",
    check: ({ run }) => (run.unrest === undefined ? [] : [run.unrest]),
  },
  {
    name: "accepted-is-stored",
    claim: "Every event whose acceptance a sender was told of is in the raw stream (guarantee 1).",
    check: ({ raw, run }) => {
      const stored = new Set(raw.map((line) => line.identity));
      return [...run.ledger.accepted]
        .filter((identity) => !stored.has(identity))
        .map((identity) => `${identity} was accepted and is not in the raw stream`);
    },
  },
  {
    name: "close-settles-everything",
    claim: "When close resolves, every record accepted before has its delivery.",
    check: ({ run: { host, direct } }) => [...host.hastyExits, ...direct.hastyExits],
  },
  {
    name: "delivery-is-true",
    claim: "Delivered means stored under that number; failed and not ambiguous means not stored.",
    check: checkDeliveries,
  },
  {
    name: "entry-delivery-is-true",
    claim:
      "In a queue or bus an event lies as often as it was confirmed; more often only where an outcome was in doubt (guarantee 3).",
    check: checkEntryDeliveries,
  },
  {
    name: "one-in-one-out",
    claim:
      "Every event of the raw stream is in the enriched stream, every other line is a bad row, never both (guarantee 2).",
    check: checkOneInOneOut,
  },
  {
    name: "no-needless-duplicates",
    claim: "A record whose storage was confirmed is not written again by the same process (guarantee 3).",
    check: checkDuplicates,
  },
  {
    name: "order-per-key",
    claim: "Where order per key is promised, the first copies of a key's records lie in the order of their sources.",
    check: (evidence) => [
      ...checkEnrichedOrder(evidence),
      ...checkDestinationOrder(evidence),
      ...checkDirectOrder(evidence),
    ],
  },
  {
    name: "routes-complete",
    claim: "After a redrive every match of every route is in its stream, and nothing else is (guarantees 2 and 4).",
    check: checkRoutes,
  },
  {
    name: "copies-have-their-names",
    claim: "Every copy in a destination has the names that its routes give, also after a retry or a redrive.",
    check: checkNames,
  },
  {
    name: "routes-take-over",
    claim: "Newer routes are in force once they have been there for as long as the router may take to look.",
    check: ({ run }) => run.pipeline.routings.stale,
  },
  {
    name: "keys-take-over",
    claim: "Events are masked with the key that their batch took, and newer keys are taken once they had to be found.",
    check: checkKeys,
  },
  {
    name: "times-are-true",
    claim: "An event says it was enriched at a time between its arrival in the raw and in the enriched stream.",
    check: checkTimes,
  },
  {
    name: "arrives-as-sent",
    claim: "Text, digits and names of odd JSON arrive by the rule of docs/data.md, and the event tells of repairs.",
    check: checkTruth,
  },
  {
    name: "explicit-hash-decides",
    claim: "A record with an explicit hash key lies in the shard of that key, whatever its partition key is.",
    check: checkHashKeys,
  },
  {
    name: "lake-complete",
    claim: "Every record of the enriched and the bad-row stream is in an object of the lake (guarantee 2).",
    check: async (evidence) => [
      ...(await checkLake(evidence, evidence.places.enrichedLanding, evidence.places.enriched)),
      ...(await checkLake(evidence, evidence.places.badRowLanding, evidence.places.badRows)),
    ],
  },
  {
    name: "warehouse-exact",
    claim:
      "Every line of every object is in the warehouse exactly once, and so is every event in the deduplicated view (guarantee 3).",
    check: checkWarehouse,
  },
  {
    name: "views-exact",
    claim: "The views of the stack, asked in a real database, have every event and every bad row once (guarantee 3).",
    check: checkViews,
  },
  {
    name: "consumers-see-the-latest",
    claim:
      "Who reads a destination with createDeduplicator ends with the latest revision of each event, and is told corrections from first deliveries.",
    check: checkConsumers,
  },
  {
    name: "replays-exact",
    claim:
      "A replay that has finished put every event of its range once, killed and resumed or not; of two that overlap one puts at a time.",
    check: checkReplays,
  },
  {
    name: "requests-within-limits",
    claim: "No PutRecords request is against the rules of the API.",
    check: ({ run }) =>
      run.confirmations.refused.map(
        ({ streamName, records, reason }) => `${streamName}: a request of ${records} records was refused: ${reason}`,
      ),
  },
  {
    name: "map-follows-resharding",
    claim: "A client that is throttled and meets shards it has not heard of asks for the shard map again.",
    check: ({ run }) =>
      run.confirmations.stale.map(
        ({ client, streamName, forMs }) =>
          `${client} knew of new shards of ${streamName} for ${forMs} ms and never asked`,
      ),
  },
  {
    name: "memory-bounded",
    claim:
      "No client has more bytes in flight than its limit, none holds more than twice that, and none holds what nobody waits for.",
    check: ({ run }) => [...run.serviceDeliveries.overflows, ...run.functionDeliveries.overflows],
  },
];

function checkDeliveries(evidence: Evidence): string[] {
  const violations: string[] = [];
  const contents = new Contents(() => ({ observed: new Array<ObservedDelivery>(), copies: new Map<string, string>() }));
  const deliveries = evidence.deliveries();
  for (const delivery of deliveries) contents.of(delivery.streamName, delivery.record).observed.push(delivery);
  for (const streamName of new Set(deliveries.map((observed) => observed.streamName))) {
    for (const record of evidence.records(streamName)) {
      contents.of(streamName, record).copies.set(record.sequenceNumber, record.shardId);
    }
  }
  for (const { observed, copies } of contents.all) {
    if (observed.length === 0) continue;
    const shown = `a record of ${observed[0]?.streamName ?? ""} with key ${observed[0]?.record.partitionKey.slice(0, 30) ?? ""}`;
    let delivered = 0;
    let isAmbiguous = false;
    const numbers = new Set<string>();
    for (const { delivery } of observed) {
      isAmbiguous ||= delivery.isAmbiguous;
      if (delivery.status !== "delivered") continue;
      delivered += 1;
      numbers.add(delivery.sequenceNumber);
      if (copies.get(delivery.sequenceNumber) !== delivery.shardId) {
        violations.push(`${shown} was delivered as ${delivery.sequenceNumber} and does not lie there`);
      }
    }
    if (numbers.size !== delivered) violations.push(`${shown}: ${delivered} deliveries name ${numbers.size} places`);
    if (!isAmbiguous && copies.size !== delivered) {
      violations.push(
        `${shown} is stored ${copies.size} times, was delivered ${delivered} times, and nothing was ambiguous`,
      );
    }
    if (copies.size < delivered)
      violations.push(`${shown} is stored ${copies.size} times and was delivered ${delivered} times`);
  }
  return violations;
}

/** Lines of a record that are read; of a longer one none is (decision 0055). */
const READ_LINES = 1_000;

function isSetAside({ lines }: StoredRecord): boolean {
  return lines.length > READ_LINES;
}

/** A record that is not read: its bad rows hold every line and every byte of it, once. */
function checkSetAside(record: StoredRecord, rows: readonly StoredBadRow[]): string[] {
  const place = `${record.shardId}:${record.sequenceNumber}`;
  const parts = [...new Map(rows.map((row) => [row.message, row])).values()].sort((a, b) => a.index - b.index);
  let next = 0;
  for (const { index, lines } of parts) {
    if (index !== next) return [`the bad rows of ${place} go on with line ${index} after line ${next - 1}`];
    next += lines;
  }
  if (next !== record.lines.length)
    return [`the bad rows of ${place} stand for ${next} of ${record.lines.length} lines`];
  const kept = Buffer.concat(parts.map((part) => part.payload()));
  return kept.equals(record.data) ? [] : [`the bad rows of ${place} do not hold its bytes`];
}

function checkOneInOneOut(evidence: Evidence): string[] {
  const violations: string[] = [];
  const enriched = new Set(evidence.enriched.map((event) => event.copy));
  const ours = evidence.badRows.filter((row) => row.processor === "enrichment");
  const badRows = new Set(ours.map((row) => `${row.source} ${row.index}`));
  const bySource = groupBy(ours, (row) => row.source);
  const known = new Set<string>();
  for (const record of evidence.records(evidence.places.raw)) {
    if (!isSetAside(record) || evidence.isGivenUp(evidence.places.raw, record)) continue;
    violations.push(...checkSetAside(record, bySource.get(`${record.shardId}:${record.sequenceNumber}`) ?? []));
  }
  for (const { record, index, identity, copy } of evidence.raw) {
    if (isSetAside(record)) continue;
    const place = `${record.shardId}:${record.sequenceNumber} ${index}`;
    const isGivenUp = evidence.isGivenUp(evidence.places.raw, record);
    if (identity === undefined) {
      if (!badRows.has(place) && !isGivenUp) violations.push(`line ${place} is no event and has no bad row`);
      continue;
    }
    known.add(copy);
    if (!enriched.has(copy) && !isGivenUp) violations.push(`${copy} is in the raw stream and not enriched`);
    if (badRows.has(place)) violations.push(`${copy} is enriched and a bad row as well`);
  }
  for (const copy of enriched) if (!known.has(copy)) violations.push(`${copy} was never in the raw stream`);
  return violations;
}

function checkDuplicates(evidence: Evidence): string[] {
  const { run } = evidence;
  const { enrichmentInvocations, routerInvocations } = run.pipeline;
  const violations: string[] = [];
  const say = (where: string, what: string, copies: number, allowed: number) => {
    if (copies > allowed) violations.push(`${what} was confirmed ${copies} times in ${where}, ${allowed} were due`);
  };

  const rawByIdentity = groupBy(
    // Copies that replays put are the matter of replays-exact.
    evidence.raw.filter((line) => line.identity !== undefined && line.replayedAt === undefined),
    (line) => line.identity ?? "",
  );
  for (const [identity, lines] of rawByIdentity) {
    const confirmed = lines.filter((line) => line.record.isConfirmed).length;
    if (confirmed > 0) say("the raw stream", identity, confirmed, run.ledger.posts.get(identity) ?? 0);
  }

  const environments = (event: { readonly record: { readonly shardId: string; readonly sequenceNumber: string } }) =>
    enrichmentInvocations.environmentsOf(event.record.shardId, event.record.sequenceNumber);
  const rawByCopy = groupBy(evidence.raw, ({ copy }) => copy);
  const enrichedByCopy = groupBy(evidence.enriched, ({ copy }) => copy);
  const repairs = run.operator.asked.filter(({ kind }) => kind === "dead-letters");
  const repairsOf = ({ arrivalMs }: StoredRecord): number =>
    repairs.filter(({ selection: { fromMs, toMs } }) => fromMs <= arrivalMs && arrivalMs < toMs).length;
  for (const [copy, events] of enrichedByCopy) {
    const due = (rawByCopy.get(copy) ?? []).reduce((sum, line) => sum + environments(line), 0);
    // Records that Lambda gave up on are put back as they were, by every replay that selects them.
    const putBack = events
      .filter(({ record }) => evidence.isGivenUp(evidence.places.enriched, record))
      .reduce((sum, { record }) => sum + repairsOf(record), 0);
    say("the enriched stream", copy, events.filter((event) => event.record.isConfirmed).length, due + putBack);
  }

  const delivered = groupBy(
    run.functionDeliveries.all.filter(
      ({ delivery, streamName }) => delivery.status === "delivered" && streamName !== evidence.places.badRows,
    ),
    ({ streamName }) => streamName,
  );
  for (const [streamName, observed] of delivered) {
    const copies = new Map<string, number>();
    const eventsOf = groupBy(evidence.eventsOf(streamName), ({ record }) => record.sequenceNumber);
    for (const { delivery } of observed) {
      // A delivered record that is missing in the stream is the matter of delivery-is-true.
      const events = delivery.status === "delivered" ? eventsOf.get(delivery.sequenceNumber) : undefined;
      for (const { copy } of events ?? []) copies.set(copy, (copies.get(copy) ?? 0) + 1);
    }
    for (const [copy, count] of copies) {
      const perVersion = (enrichedByCopy.get(copy) ?? []).reduce(
        (sum, event) => sum + routerInvocations.environmentsOf(event.record.shardId, event.record.sequenceNumber),
        0,
      );
      // Newer routes may put the event into one record with another event, which has to be written.
      say(streamName, copy, count, perVersion * Math.max(1, run.pipeline.routings.versionsOf(copy).size));
    }
  }

  const rawRecords = new Map(
    evidence.raw.map((line) => [`${line.record.shardId}:${line.record.sequenceNumber}`, line]),
  );
  const rows = evidence.badRows.filter((row) => row.processor === "enrichment" && row.record.isConfirmed);
  for (const [place, copies] of groupBy(rows, (row) => `${row.source} ${row.index}`)) {
    const line = rawRecords.get(copies[0]?.source ?? "");
    say("the bad-row stream", `the bad row of ${place}`, copies.length, line === undefined ? 0 : environments(line));
  }
  return violations;
}

function checkEnrichedOrder(evidence: Evidence): string[] {
  // A record that Lambda gave up on may be overtaken; its events are left out.
  const givenUp = new Set(
    evidence.raw.filter((line) => evidence.isGivenUp(evidence.places.raw, line.record)).map(({ copy }) => copy),
  );
  const copies = evidence.enriched.filter(isInLane);
  const lanes = groupBy(copies, ({ record }) => record.partitionKey);
  const lanesOf = groupBy(copies, ({ copy }) => copy);
  const raw = evidence.raw.filter(({ identity, copy }) => identity !== undefined && !givenUp.has(copy));
  return [...groupBy(raw, ({ record }) => record.partitionKey)].flatMap(([key, ofKey]) => {
    const own = new Set(ofKey.flatMap(({ copy }) => lanesOf.get(copy) ?? []).map(({ record }) => record.partitionKey));
    if (own.size > 1) return [`key ${key} is in the lanes ${[...own].join(", ")} of the enriched stream`];
    const [lane = ""] = own;
    return checkOrder(ofKey, lanes.get(lane) ?? [], `key ${key}`, "the enriched stream");
  });
}

/** True for events that enrichment wrote: dead letters are put back under keys of their own, and later. */
const isInLane = ({ record }: StoredEvent): boolean => /^lane-\d+$/.test(record.partitionKey);

function checkDestinationOrder(evidence: Evidence): string[] {
  // A copy that a later try made valid, by newer contracts, may be meant for a stream when the first one was not.
  const judgedAnew = [...groupBy(evidence.enriched, ({ copy }) => copy)]
    .filter(([, events]) => new Set(events.map(({ value }) => value.validation.status)).size > 1)
    .map(([copy]) => copy);
  return [...orderedStreams].flatMap((stream) => {
    // An undelivered event comes after all delivered ones, and a record that Lambda gave up on may have come through in
    // part, also before another record with the same copies.
    const undelivered = evidence.undelivered.filter((row) => row.destination === stream).map(({ copy }) => copy);
    const late = new Set([...judgedAnew, ...undelivered]);
    for (const { copy, record } of evidence.enriched) {
      if (evidence.isGivenUp(evidence.places.enriched, record)) late.add(copy);
    }
    // So does what a replay has put here.
    for (const { copy, value } of evidence.eventsOf(evidence.places.destination(stream))) {
      if (isReplayed(value)) late.add(copy);
    }
    // Newer routes may send an event here that was not meant for here when it was its turn.
    const { routings } = evidence.run.pipeline;
    const sources = evidence.enriched.filter(
      (event) => isInLane(event) && !late.has(event.copy) && routings.versionsOf(event.copy).size < 2,
    );
    const copiesOf = groupBy(
      evidence.eventsOf(evidence.places.destination(stream)),
      ({ record }) => record.partitionKey,
    );
    // Strays of a key come in another lane than its own events, in no order with them.
    return [...groupBy(sources, ({ record, value }) => `${record.partitionKey} ${keyOf(value)}`).values()].flatMap(
      (ofKey) => {
        const key = ofKey[0] === undefined ? "" : keyOf(ofKey[0].value);
        return checkOrder(ofKey, copiesOf.get(key) ?? [], `key ${key}`, `the stream ${stream}`);
      },
    );
  });
}

const keyOf = ({ event: { subject, id } }: StoredEvent["value"]): string => subject ?? id;

interface Copy {
  readonly copy: string;
}

/**
 * Checks that the first copies of a key's events lie in the order of their sources. Copies without a source do not
 * count.
 */
function checkOrder(sources: readonly Copy[], copies: readonly Copy[], key: string, where: string): string[] {
  const expected = unique(sources.map(({ copy }) => copy));
  const wanted = new Set(expected);
  const found = unique(copies.map(({ copy }) => copy)).filter((copy) => wanted.has(copy));
  const present = new Set(found);
  const inOrder = expected.filter((copy) => present.has(copy));
  const at = inOrder.findIndex((copy, index) => copy !== found[index]);
  return at < 0 ? [] : [`${key}: ${found[at] ?? ""} overtook ${inOrder[at] ?? ""} in ${where}`];
}

function checkDirectOrder(evidence: Evidence): string[] {
  const position = new Map<string, number>();
  for (const [index, { partitionKey, text }] of evidence.records(directStream).entries()) {
    const name = `${partitionKey} ${numberOf(text)}`;
    if (!position.has(name)) position.set(name, index);
  }
  const violations: string[] = [];
  const ordered = evidence.run.direct.records.filter(({ record }) => record.partitionKey.startsWith("key-"));
  for (const [key, records] of groupBy(ordered, ({ record }) => record.partitionKey)) {
    let last = -1;
    for (const { record, delivery } of records) {
      if (delivery?.status !== "delivered") continue;
      const number = numberOf(Buffer.from(record.data.subarray(0, 16)).toString("latin1"));
      const at = position.get(`${key} ${number}`) ?? last;
      if (at < last) violations.push(`${key}: record ${number} lies before one that was handed over earlier`);
      last = Math.max(last, at);
    }
  }
  return violations;
}

function checkRoutes(evidence: Evidence): string[] {
  const { routes, pipeline } = evidence.run;
  const { publications, routings } = pipeline;
  const violations: string[] = [];
  for (const { failed, unreadable, unwanted } of pipeline.redriveResults) {
    // An undelivered event of older routes may have none in the newest.
    if (failed + unreadable + (publications.length === 0 ? unwanted : 0) > 0)
      violations.push(
        `of an application's undelivered events ${failed} failed, ${unreadable} could not be read, ${unwanted} had no route`,
      );
  }
  for (const { processor, kind } of evidence.badRows) {
    if (processor === "router") violations.push(`the router made a bad row of kind ${kind}`);
  }
  const delivered = new Map(
    [...evidence.destinations].map(([stream, events]) => [stream, new Set(events.map((event) => event.copy))]),
  );
  const rows = new Set(evidence.undelivered.map(({ destination, copy }) => `${destination} ${copy}`));
  const isAccountedFor = (stream: string, copy: string): boolean =>
    delivered.get(stream)?.has(copy) === true || (publications.length > 0 && rows.has(`${stream} ${copy}`));
  const stored = groupBy(evidence.enriched, ({ copy }) => copy);
  const expected = new Map([...delivered.keys()].map((stream) => [stream, new Set<string>()]));
  const arrived = new Set([...delivered.values()].flatMap((copies) => [...copies]));
  for (const { record, copy, value, line } of evidence.enriched) {
    // A copy that arrived nowhere cannot have arrived without a match.
    const versions = arrived.has(copy) ? [routes, ...publications.map((publication) => publication.routes)] : [];
    for (const version of versions) {
      for (const { destination } of version.route(value, line).copies) expected.get(destination.name)?.add(copy);
    }
    if (evidence.isGivenUp(evidence.places.enriched, record)) continue;
    if (!routings.isConfirmed(record.shardId, record.sequenceNumber)) {
      violations.push(`no environment called the record of ${copy} done`);
    }
    // Copies in several records may be decided about at different times; each on its own is checked where it is the
    // only one.
    if ((stored.get(copy)?.length ?? 0) > 1 && publications.length > 0) continue;
    for (const due of routings.dueOf(record.shardId, record.sequenceNumber, copy)) {
      for (const stream of due) {
        if (!isAccountedFor(stream, copy)) {
          violations.push(`${copy} matches a route to ${stream} and did not get there`);
        }
      }
    }
  }
  for (const [stream, copies] of delivered) {
    for (const copy of copies) {
      if (expected.get(stream)?.has(copy) !== true) violations.push(`${copy} is in ${stream} without a match`);
    }
  }
  return violations;
}

/** True if a replay has put this copy, and not the router. */
function isReplayed({ processing }: StoredEvent["value"]): boolean {
  return processing.router?.name === "replay";
}

function checkEntryDeliveries(evidence: Evidence): string[] {
  const { pipeline, routes } = evidence.run;
  return routes.destinations
    .filter(({ kind }) => kind !== "kinesis")
    .flatMap(({ name }) => {
      const routed = (evidence.destinations.get(name) ?? []).filter(({ value }) => !isReplayed(value));
      const copies = groupBy(routed, ({ identity }) => identity);
      const handedOver = new Set([...pipeline.entryDeliveries.identitiesOf(name), ...copies.keys()]);
      return [...handedOver].flatMap((identity) => {
        const { confirmed, isDoubtful } = pipeline.entryDeliveries.of(name, identity);
        const count = copies.get(identity)?.length ?? 0;
        if (count === confirmed || (isDoubtful && count > confirmed)) return [];
        return [`${identity} was confirmed ${confirmed} times by ${name} and lies there ${count} times`];
      });
    });
}

function checkKeys({ raw, enriched, run }: Evidence): string[] {
  const { keysInUse } = run.pipeline;
  if (run.plan.keyRotations === 0) return [];
  const sources = groupBy(raw, ({ identity = "" }) => identity);
  const wrong = enriched.flatMap(({ identity, value }) => {
    const used = new Set((value.privacy?.masked ?? []).flatMap(({ keyId }) => keyId ?? []));
    const records = (sources.get(identity) ?? []).map(({ record }) => record);
    return [...used]
      .filter((key) => !records.some(({ shardId, sequenceNumber }) => keysInUse.mayMask(shardId, sequenceNumber, key)))
      .map((key) => `${identity} is masked with the key ${key}, which no batch with it had taken`);
  });
  return [...keysInUse.stale, ...wrong];
}

function checkTimes(evidence: Evidence): string[] {
  const { maxClockSkewMs, kinesisSkewMs } = evidence.run.plan;
  const skewMs = maxClockSkewMs + Math.abs(kinesisSkewMs);
  const arrivals = new Map<string, number>();
  for (const { record, identity = "" } of evidence.raw) {
    arrivals.set(identity, Math.min(record.arrivalMs, arrivals.get(identity) ?? Number.POSITIVE_INFINITY));
  }
  return evidence.enriched.flatMap(({ record, identity, value }) => {
    const { at } = value.processing.enrichment;
    const atMs = Date.parse(at);
    const isAfter = atMs >= (arrivals.get(identity) ?? 0) - skewMs;
    const isBefore = atMs <= record.arrivalMs + skewMs;
    return isAfter && isBefore ? [] : [`${identity} says it was enriched at ${at}, and was not there then`];
  });
}

function checkHashKeys(evidence: Evidence): string[] {
  const { kinesis, direct } = evidence.run;
  const { Shards: shards } = kinesis.listShards({ StreamName: directStream });
  const ranges = new Map(shards.map(({ ShardId, HashKeyRange }) => [ShardId, HashKeyRange]));
  return direct.records.flatMap(({ record: { explicitHashKey, partitionKey }, delivery }) => {
    if (explicitHashKey === undefined || delivery?.status !== "delivered") return [];
    const range = ranges.get(delivery.shardId);
    if (range === undefined) return [];
    const key = BigInt(explicitHashKey);
    const isInside = key >= BigInt(range.StartingHashKey) && key <= BigInt(range.EndingHashKey);
    return isInside ? [] : [`${partitionKey} has the hash key ${explicitHashKey} and lies in ${delivery.shardId}`];
  });
}

/** The records of the direct producer begin with their number. */
function numberOf(text: string): string {
  return text.slice(0, text.indexOf(" "));
}

async function checkLake(evidence: Evidence, landing: Landing, streamName: string): Promise<string[]> {
  const inLake = new Map<string, number>();
  for (const lines of (await evidence.lakeFiles(landing)).values()) {
    for (const line of lines) inLake.set(line, (inLake.get(line) ?? 0) + 1);
  }
  const violations: string[] = [];
  const inStream = groupBy(
    evidence.records(streamName).flatMap((record) => record.lines),
    (line) => line,
  );
  for (const [line, copies] of inStream) {
    const found = inLake.get(line) ?? 0;
    if (found < copies.length) {
      violations.push(`a line of ${streamName} is there ${copies.length} times and in the lake ${found} times`);
    }
  }
  return violations;
}

async function checkWarehouse(evidence: Evidence): Promise<string[]> {
  const violations: string[] = [];
  for (const landing of [evidence.places.enrichedLanding, evidence.places.badRowLanding]) {
    const { table } = landing;
    const loaded = groupBy(evidence.warehouseRows(landing), placeOfRow);
    const files = await evidence.lakeFiles(landing);
    let lines = 0;
    for (const [file, content] of files) {
      lines += content.length;
      const missing = content.filter((_, index) => !loaded.has(`${file} ${index + 1}`)).length;
      if (missing > 0) violations.push(`${missing} of ${content.length} lines of ${file} are not in the warehouse`);
    }
    const rows = evidence.warehouseRows(landing).length;
    if (rows !== lines) violations.push(`table ${table} has ${rows} rows for ${lines} lines in the lake`);
    const twice = [...loaded].find(([, copies]) => copies.length > 1);
    if (twice !== undefined) violations.push(`line ${twice[0]} was loaded ${twice[1].length} times`);
  }
  const view = new Set(
    evidence
      .warehouseRows(evidence.places.enrichedLanding)
      .map((row) => identityOf((row["RECORD"] as StoredEvent["value"]).event)),
  );
  const enriched = new Set(evidence.enriched.map((event) => event.identity));
  for (const identity of enriched) if (!view.has(identity)) violations.push(`${identity} is not in the view`);
  for (const identity of view)
    if (!enriched.has(identity)) violations.push(`${identity} is in the view and nowhere else`);
  return violations;
}

function placeOfRow(row: MemoryRow): string {
  return `${String(row["FILE_NAME"])} ${String(row["FILE_ROW_NUMBER"])}`;
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
