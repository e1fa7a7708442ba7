import { isbot, isbotMatch } from "isbot";
import { BoundedCache } from "./bounded-cache.ts";
import { type Addition, createAddition } from "./addition.ts";
import { isAppAgent } from "./app-agents.ts";
import { defineEnrichment, type EnrichmentInput } from "./definition.ts";
import type { NetworkResult } from "./network.ts";
import { intermediaries, splitUserAgent, userAgentText } from "./text-input.ts";
import type { ObjectSchema, ValueOf } from "./value-of.ts";

const options = {
  type: "object",
  additionalProperties: false,
  properties: {
    treatMissingAsBot: {
      description: "Whether an event without a user agent comes from a bot; false when left out.",
      type: "boolean",
    },
    hostingNetworks: {
      description: "Autonomous systems of which every client counts as a bot; needs `network` before `bot`.",
      type: "array",
      items: { type: "integer", minimum: 1, maximum: 4294967295 },
    },
  },
} as const satisfies ObjectSchema;

const result = {
  description: "Whether a program made the event.",
  type: "object",
  properties: {
    isBot: { type: "boolean", description: "Whether a program and not a person made the event." },
    reason: {
      description: "Tells why: the user agent, its absence, or the network.",
      type: "string",
      enum: ["user-agent", "no-user-agent", "network"],
    },
    match: { description: "The part of the user agent that told.", type: "string", minLength: 1 },
  },
  required: ["isBot"],
  additionalProperties: false,
} as const satisfies ObjectSchema;

export type BotResult = ValueOf<typeof result>;

const name = "bot";
const human: Addition<BotResult> = createAddition(name, { isBot: false });
const onHostingNetwork: Addition<BotResult> = createAddition(name, { isBot: true, reason: "network" });
const withoutUserAgent: Addition<BotResult> = createAddition(name, { isBot: true, reason: "no-user-agent" });

/**
 * Options: `treatMissingAsBot` whether a client without user agent is a bot; `hostingNetworks` autonomous systems where
 * no persons are (needs `network` before it in the list). A sender that is no client, such as a back end, has no user
 * agent of its own; one that it states is the end user's.
 */
export const bot = defineEnrichment({
  name,
  options,
  result,
  create(options) {
    const hostingNetworks = new Set(options.hostingNetworks ?? []);
    const withoutText = options.treatMissingAsBot === true ? withoutUserAgent : undefined;
    if (hostingNetworks.size === 0 && withoutText === undefined) return { input: userAgentText, read: judgeUserAgent };
    const judged = new BoundedCache<Addition<BotResult>>();
    return {
      enrich(input) {
        if (isInNetworks(input, hostingNetworks)) return onHostingNetwork;
        const text = userAgentText(input.event, input.clientIp);
        if (text !== undefined) return judged.getOrCreate(text, judgeUserAgent);
        return isFromClient(input.event) ? withoutText : undefined;
      },
    };
  },
});

function isFromClient(event: Readonly<Record<string, unknown>>): boolean {
  return !intermediaries.has(event["senderkind"]);
}

function isInNetworks(input: EnrichmentInput, networks: ReadonlySet<number>): boolean {
  const network = input.resultOf("network") as NetworkResult | undefined;
  return network !== undefined && networks.has(network.number);
}

function judgeUserAgent(userAgent: string): Addition<BotResult> {
  const { agent: text } = splitUserAgent(userAgent);
  if (!isbot(text) || isAppAgent(text)) return human;
  const match = isbotMatch(text);
  return createAddition<BotResult>(name, { isBot: true, reason: "user-agent", ...(match === null ? {} : { match }) });
}
