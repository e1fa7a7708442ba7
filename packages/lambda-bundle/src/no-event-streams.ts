// Stands in for @smithy/core/event-streams inside bundles (http1-only.ts).

const refuse = (): never => {
  throw new Error('This bundle has no event streams: build it with `transports: "sdk"`.');
};

/** What a client calls when it is made: nothing is needed until a stream of events is asked for. */
export const resolveEventStreamSerdeConfig = <Config>(config: Config): Config => config;

/** What a client is given to make its reader of event streams. */
export const eventStreamSerdeProvider = (): object => ({ serialize: refuse, deserialize: refuse });

/** What the protocol loads when an operation streams events. */
export class EventStreamSerde {
  readonly serializeEventStream = refuse;
  readonly deserializeEventStream = refuse;
}
