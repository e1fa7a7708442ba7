// Every enrichment there is, a line each. The options document says which run, and in which order.
export { bot } from "./bot.ts";
export { campaign } from "./campaign.ts";
export { client } from "./client.ts";
export { clock } from "./clock.ts";
export { geo } from "./geo.ts";
export { network } from "./network.ts";
export { page } from "./page.ts";
export { referrer } from "./referrer.ts";
export { userAgent } from "./user-agent.ts";
