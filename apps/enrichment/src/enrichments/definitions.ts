import { bot } from "./bot.ts";
import { campaign } from "./campaign.ts";
import { client } from "./client.ts";
import { clock } from "./clock.ts";
import type { EnrichmentDefinition } from "./enrichment.ts";
import { geo } from "./geo.ts";
import { network } from "./network.ts";
import { page } from "./page.ts";
import { referrer } from "./referrer.ts";
import { userAgent } from "./user-agent.ts";

/** Every enrichment there is. The options document says which run, and in which order. */
export const enrichmentDefinitions: readonly EnrichmentDefinition[] = [
  client,
  geo,
  network,
  userAgent,
  bot,
  page,
  campaign,
  referrer,
  clock,
];
