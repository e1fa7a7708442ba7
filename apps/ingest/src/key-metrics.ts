import { Counter, type Registry } from "prom-client";
import type { ProtocolReply } from "./event-service.ts";
import { MAX_COUNTED_KEYS } from "./limits.ts";
import { metricNames } from "./metric-names.ts";

/** Counters for each write key, by its name. */
export interface KeyMetrics {
  count(keyName: string, reply: ProtocolReply, bodyBytes: number): void;
}

/** The name that keys beyond the limit are counted under. */
const otherKeys = "other";

interface Tally {
  accepted: number;
  bytes: number;
}

/** Makes the counters. There are as many as keys in the document, and never more than a thousand. */
export function createKeyMetrics(registry: Registry): KeyMetrics {
  const registers = [registry];
  // As with the other metrics, what every request changes is a plain number until somebody asks.
  const tallies = new Map<string, Tally>();
  const events = new Counter({
    ...metricNames.keyEvents,
    labelNames: ["key", "outcome"],
    registers,
    collect() {
      for (const [key, tally] of tallies) {
        this.inc({ key, outcome: "accepted" }, tally.accepted);
        tally.accepted = 0;
      }
    },
  });
  const refused = new Counter({ ...metricNames.keyRequests, labelNames: ["key", "code"], registers });
  new Counter({
    ...metricNames.keyBytes,
    labelNames: ["key"],
    registers,
    collect() {
      for (const [key, tally] of tallies) {
        this.inc({ key }, tally.bytes);
        tally.bytes = 0;
      }
    },
  });
  const nameOf = (keyName: string) => (tallies.has(keyName) || tallies.size < MAX_COUNTED_KEYS ? keyName : otherKeys);
  return {
    count: (keyName, reply, bodyBytes) => {
      const key = nameOf(keyName);
      let tally = tallies.get(key);
      if (tally === undefined) {
        tally = { accepted: 0, bytes: 0 };
        tallies.set(key, tally);
      }
      tally.accepted += reply.accepted;
      tally.bytes += bodyBytes;
      for (const { code } of reply.rejections) events.inc({ key, outcome: code });
      if (reply.unconfirmed.length > 0) events.inc({ key, outcome: "unconfirmed" }, reply.unconfirmed.length);
      if (reply.code !== undefined) refused.inc({ key, code: reply.code });
    },
  };
}
