/** Behaviour of a scenario's senders, which share one key. */
export interface Attack {
  /** Connections that send nothing. */
  readonly idle?: number;
  /** Connections that announce a body of 2 MiB and send one byte a second. */
  readonly slow?: number;
  /** Connections that send one request after the other. */
  readonly busy?: number;
  /** Their requests. */
  readonly body?: "one-event" | "small-events" | "large-events" | "full-bodies" | "brackets" | "names";
}

export interface Scenario {
  readonly name: string;
  readonly attack: Attack;
  /** `hangs` if Kinesis answers nothing. */
  readonly stream: "answers" | "hangs";
}

/** The shapes of load that have ended the service, or stopped other senders, at one time. */
export const scenarios: readonly Scenario[] = [
  { name: "nobody else", attack: {}, stream: "answers" },
  { name: "10,000 idle connections", attack: { idle: 10_000 }, stream: "answers" },
  { name: "2,000 slow bodies of 2 MiB", attack: { slow: 2_000 }, stream: "answers" },
  { name: "200 x one event", attack: { busy: 200, body: "one-event" }, stream: "answers" },
  { name: "150 x 500 small events", attack: { busy: 150, body: "small-events" }, stream: "answers" },
  { name: "100 x 2 MB in 500 events", attack: { busy: 100, body: "full-bodies" }, stream: "answers" },
  { name: "50 x 2 KB of gzip that are brackets", attack: { busy: 50, body: "brackets" }, stream: "answers" },
  { name: "20 x 150,000 names", attack: { busy: 20, body: "names" }, stream: "answers" },
  { name: "600 x 500 small events", attack: { busy: 600, body: "small-events" }, stream: "hangs" },
  { name: "400 x 149 KB", attack: { busy: 400, body: "large-events" }, stream: "hangs" },
  {
    name: "all of it at once",
    attack: { idle: 10_000, slow: 1_000, busy: 300, body: "small-events" },
    stream: "hangs",
  },
];
