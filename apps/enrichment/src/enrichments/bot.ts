import { isbot, isbotMatch } from "isbot";
import type { Enrichment } from "@millrace/event-contracts";
import { BoundedCache } from "../bounded-cache.ts";
import { type Addition, createAddition } from "./addition.ts";
import type { EnrichmentDefinition, EnrichmentInput } from "./enrichment.ts";
import type { NetworkResult } from "./network.ts";
import { userAgentText } from "./text-input.ts";

/** Whether a program and not a person made the event. */
export type BotResult = NonNullable<Enrichment["bot"]>;

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
  create(options) {
    const hostingNetworks = new Set((options["hostingNetworks"] as number[] | undefined) ?? []);
    const withoutText = options["treatMissingAsBot"] === true ? withoutUserAgent : undefined;
    if (hostingNetworks.size === 0) return { input: userAgentText, read: judgeUserAgent, withoutText };
    const judged = new BoundedCache<Addition<BotResult>>();
    return {
      enrich(input) {
        if (isInNetworks(input, hostingNetworks)) return onHostingNetwork;
        const text = userAgentText(input.event, input.clientIp);
        return text === undefined ? withoutText : judged.getOrCreate(text, judgeUserAgent);
      },
    };
  },
};

function isInNetworks(input: EnrichmentInput, networks: ReadonlySet<number>): boolean {
  const network = input.resultOf("network") as NetworkResult | undefined;
  return network !== undefined && networks.has(network.number);
}

function judgeUserAgent(text: string): Addition<BotResult> {
  if (!isbot(text)) return human;
  const match = isbotMatch(text);
  return createAddition<BotResult>(name, { isBot: true, reason: "user-agent", ...(match === null ? {} : { match }) });
}
