import json from "./prices.json" with { type: "json" };

/** List prices in US dollars, with their day and their sources. */
export const prices = json;

/** Hours of a month, as AWS bills count them. */
export const HOURS_PER_MONTH = 730;
export const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3_600;
