import type { KinesisStreamEvent } from "@millrace/aws-simulator";
import type { RouteSet } from "@millrace/routes/runtime";
import { copyOf, type CopyAttributes } from "../identity.ts";

/** One decision of the router: where a copy of an event goes by the routes that were in force. */
interface Routing {
  readonly environmentId: number;
  /** Counts decisions. */
  readonly number: number;
  readonly version: string;
  readonly destinations: readonly string[];
}

/** An environment called a record done when it had made so many decisions. */
interface Confirmation {
  readonly environmentId: number;
  readonly decisions: number;
}

/** Watches which routes decided about which event, and which records the router called done. */
export class Routings {
  /** Routes that were in force although newer ones had been there for longer than it may take to find them. */
  readonly stale: string[] = [];
  readonly #routings = new Map<string, Routing[]>();
  /** The first time that each environment called a record done, by record. */
  readonly #confirmed = new Map<string, Confirmation[]>();
  readonly #known = new Set<string>();
  #decisions = 0;

  /** The same routes, watched. */
  watch(routes: RouteSet, environmentId: number): RouteSet {
    const { version, destinations, routeIds } = routes;
    return {
      version,
      destinations,
      routeIds,
      route: (event, text) => {
        const result = routes.route(event, text);
        this.#decisions += 1;
        const names = result.copies.map(({ destination }) => destination.name);
        const routing = { environmentId, number: this.#decisions, version, destinations: names };
        const copy = copyOf(event.event as CopyAttributes);
        const known = this.#routings.get(copy);
        if (known === undefined) this.#routings.set(copy, [routing]);
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
      const confirmation = { environmentId, decisions: this.#decisions };
      const known = this.#confirmed.get(eventID);
      if (known === undefined) this.#confirmed.set(eventID, [confirmation]);
      else known.push(confirmation);
    }
  }

  /** True if an environment called the record done. */
  isConfirmed(shardId: string, sequenceNumber: string): boolean {
    return this.#confirmed.has(`${shardId}:${sequenceNumber}`);
  }

  /**
   * Destinations a copy in a record has to be in: what each environment that called the record done had decided last.
   */
  dueOf(shardId: string, sequenceNumber: string, copy: string): readonly (readonly string[])[] {
    const confirmations = this.#confirmed.get(`${shardId}:${sequenceNumber}`) ?? [];
    return confirmations.map(({ environmentId, decisions }) => {
      const isBefore = (routing: Routing) => routing.environmentId === environmentId && routing.number <= decisions;
      return this.#routings.get(copy)?.findLast(isBefore)?.destinations ?? [];
    });
  }

  /** Versions of the routes that decided about a copy. */
  versionsOf(copy: string): ReadonlySet<string> {
    return new Set(this.#routings.get(copy)?.map(({ version }) => version));
  }
}
