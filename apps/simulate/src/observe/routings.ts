import type { KinesisStreamEvent } from "@millrace/aws-simulator";
import type { RouteSet } from "@millrace/routes/runtime";
import { identityOf } from "../identity.ts";

/** One decision of the router: where an event goes by the routes that were in force. */
interface Routing {
  readonly environmentId: number;
  readonly version: string;
  readonly streams: readonly string[];
}

/** Watches which routes decided about which event, and which records the router called done. */
export class Routings {
  /** Routes that were in force although newer ones had been there for longer than it may take to find them. */
  readonly stale: string[] = [];
  readonly #routings = new Map<string, Routing[]>();
  /** Streams that an event has to be in, as of the first time an environment called its record done, by record. */
  readonly #confirmed = new Map<string, Map<string, readonly string[]>[]>();
  readonly #known = new Set<string>();

  /** The same routes, watched. */
  watch(routes: RouteSet, environmentId: number): RouteSet {
    const { version, streams, routeIds } = routes;
    return {
      version,
      streams,
      routeIds,
      route: (event) => {
        const result = routes.route(event);
        const routing = { environmentId, version, streams: result.copies.map(({ stream }) => stream.stream) };
        const identity = identityOf(event.event);
        const known = this.#routings.get(identity);
        if (known === undefined) this.#routings.set(identity, [routing]);
        else known.push(routing);
        return result;
      },
    };
  }

  /** Takes down what an environment called done: everything in front of its checkpoint. */
  confirm(event: KinesisStreamEvent, environmentId: number, answer: unknown): void {
    const { batchItemFailures = [] } = answer as { batchItemFailures?: readonly { itemIdentifier: string }[] };
    const checkpoint = batchItemFailures[0]?.itemIdentifier;
    for (const { eventID, kinesis } of event.Records) {
      if (kinesis.sequenceNumber === checkpoint) return;
      const name = `${environmentId} ${eventID}`;
      if (this.#known.has(name)) continue;
      this.#known.add(name);
      const due = this.#dueOf(kinesis.data, environmentId);
      const known = this.#confirmed.get(eventID);
      if (known === undefined) this.#confirmed.set(eventID, [due]);
      else known.push(due);
    }
  }

  /** Whether an environment called the record done. */
  isConfirmed(shardId: string, sequenceNumber: string): boolean {
    return this.#confirmed.has(`${shardId}:${sequenceNumber}`);
  }

  /** Streams the events of a record have to be in, by identity, for each environment that called it done. */
  dueOf(shardId: string, sequenceNumber: string): readonly ReadonlyMap<string, readonly string[]>[] {
    return this.#confirmed.get(`${shardId}:${sequenceNumber}`) ?? [];
  }

  /** Versions of the routes that decided about an event. */
  versionsOf(identity: string): ReadonlySet<string> {
    return new Set(this.#routings.get(identity)?.map(({ version }) => version));
  }

  /** What the environment decided last about each event of a record. */
  #dueOf(data: string, environmentId: number): Map<string, readonly string[]> {
    const due = new Map<string, readonly string[]>();
    for (const line of Buffer.from(data, "base64").toString("utf8").split("\n").filter(Boolean)) {
      const identity = identityOf((JSON.parse(line) as { event: { id: string; source: string } }).event);
      const last = this.#routings.get(identity)?.findLast((routing) => routing.environmentId === environmentId);
      if (last !== undefined) due.set(identity, last.streams);
    }
    return due;
  }
}
