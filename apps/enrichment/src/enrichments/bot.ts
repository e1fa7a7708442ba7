import { isbot, isbotMatch } from "isbot";
import { cutKey } from "../bounded-cache.ts";
import { type Addition, createAddition } from "./addition.ts";
import type { EnrichmentDefinition, EnrichmentInput } from "./enrichment.ts";
import type { NetworkResult } from "./network.ts";

/** Whether a program and not a person made the event. */
export interface BotResult {
  readonly isBot: boolean;
  /** What told: the user agent, its absence, or the network. */
  readonly reason?: "user-agent" | "no-user-agent" | "network";
  /** The part of the user agent that told. */
  readonly match?: string;
}

const name = "bot";
const human: Addition<BotResult> = createAddition(name, { isBot: false });
const onHostingNetwork: Addition<BotResult> = createAddition(name, { isBot: true, reason: "network" });
const withoutUserAgent: Addition<BotResult> = createAddition(name, { isBot: true, reason: "no-user-agent" });

/**
 * Options: `treatMissingAsBot` whether no user agent means a bot; `hostingNetworks` autonomous systems where no persons are
 * (needs `network` before it in the list).
 */
export const bot: EnrichmentDefinition = {
  name,
  create(options, { caches }) {
    const treatMissingAsBot = options["treatMissingAsBot"] === true;
    const hostingNetworks = new Set((options["hostingNetworks"] as number[] | undefined) ?? []);
    const judge = caches.userAgents.remember(judgeUserAgent);
    return (input) => {
      if (isInNetworks(input, hostingNetworks)) return onHostingNetwork;
      const text = input.event.useragent;
      if (typeof text === "string" && text !== "") {
        return judge(cutKey(text));
      }
      return treatMissingAsBot ? withoutUserAgent : undefined;
    };
  },
};

function isInNetworks(input: EnrichmentInput, networks: ReadonlySet<number>): boolean {
  if (networks.size === 0) return false;
  const network = input.resultOf("network") as NetworkResult | undefined;
  return network !== undefined && networks.has(network.number);
}

function judgeUserAgent(text: string): Addition<BotResult> {
  if (!isbot(text)) return human;
  const match = isbotMatch(text);
  return createAddition<BotResult>(name, { isBot: true, reason: "user-agent", ...(match === null ? {} : { match }) });
}
