// Every enrichment, a line each. The options document selects those that run, and their order.
export { bot } from "./bot.ts";
export { campaign } from "./campaign.ts";
export { client } from "./client.ts";
export { clock } from "./clock.ts";
export { geo } from "./geo.ts";
export { network } from "./network.ts";
export { page } from "./page.ts";
export { referrer } from "./referrer.ts";
export { userAgent } from "./user-agent.ts";
