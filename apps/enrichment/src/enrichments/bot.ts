import { isbot, isbotMatch } from "isbot";
import { BoundedCache } from "../bounded-cache.ts";
import { maxCachedKeyLength } from "../limits.ts";
import type { EnrichmentDefinition } from "./enrichment.ts";

/** Whether a program and not a person made the event. */
export interface BotResult {
  readonly isBot: boolean;
  /** What told: the user agent, its absence, or the network. */
  readonly reason?: "user-agent" | "no-user-agent" | "network";
  /** The part of the user agent that told. */
  readonly match?: string;
}

const human: BotResult = { isBot: false };

/**
 * Options: `treatMissingAsBot` whether no user agent means a bot; `hostingNetworks` autonomous systems where no persons are
 * (needs `network` before it in the list).
 */
export const bot: EnrichmentDefinition = {
  name: "bot",
  create(options) {
    const treatMissingAsBot = options["treatMissingAsBot"] === true;
    const hostingNetworks = new Set((options["hostingNetworks"] as number[] | undefined) ?? []);
    const cache = new BoundedCache<BotResult>();
    return ({ event, results }) => {
      const network = results["network"] as { number?: number } | undefined;
      if (network?.number !== undefined && hostingNetworks.has(network.number))
        return { isBot: true, reason: "network" };
      const text = event.useragent;
      if (typeof text === "string" && text !== "") {
        return cache.getOrCreate(text.slice(0, maxCachedKeyLength), judgeUserAgent);
      }
      return treatMissingAsBot ? { isBot: true, reason: "no-user-agent" } : undefined;
    };
  },
};

function judgeUserAgent(text: string): BotResult {
  if (!isbot(text)) return human;
  const match = isbotMatch(text);
  return { isBot: true, reason: "user-agent", ...(match === null ? {} : { match }) };
}
