// Stands in for @smithy/core/event-streams inside bundles (http1-only.ts).

const refuse = (): never => {
  throw new Error('This bundle has no event streams: build it with `transports: "sdk"`.');
};

/** Called by a client's constructor: nothing is needed until an operation streams events. */
export const resolveEventStreamSerdeConfig = <Config>(config: Config): Config => config;

/** Given to a client to make its reader of event streams. */
export const eventStreamSerdeProvider = (): object => ({ serialize: refuse, deserialize: refuse });

/** Loaded by the protocol when an operation streams events. */
export class EventStreamSerde {
  readonly serializeEventStream = refuse;
  readonly deserializeEventStream = refuse;
}
