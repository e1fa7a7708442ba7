import { compilePatterns, type EventPattern } from "../src/index.ts";
import { CATEGORIES, COUNTRIES, product, query, TYPES } from "./events.ts";
import { createRandom, pick } from "./random.ts";

type Shape = (index: number, random: () => number) => EventPattern;

const whole = (random: () => number, below: number): number => Math.floor(random() * below);

/** One shape per operator of the engine, each tied to an event type like routes in practice. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  exact: (index, random) => ({
    event: { type: [pick(random, TYPES)], data: { productId: [product(index * 31), product(index * 17)] } },
  }),
  prefix: (index, random) => ({
    event: { type: [pick(random, TYPES)], data: { productId: [{ prefix: product(index * 13).slice(0, 6) }] } },
  }),
  suffix: (index, random) => ({
    event: { type: [pick(random, TYPES)], data: { query: [{ suffix: query(index).slice(-10) }] } },
  }),
  "equals-ignore-case": (index, random) => ({
    event: { type: [pick(random, TYPES)], data: { query: [{ "equals-ignore-case": query(index).toUpperCase() }] } },
  }),
  wildcard: (index, random) => ({
    event: {
      type: [pick(random, TYPES)],
      data: {
        context: {
          pageUrl: [{ wildcard: `*/${pick(random, CATEGORIES)}/page-${index % 500}?*utm_campaign=c${index % 200}&*` }],
        },
      },
    },
  }),
  numeric: (index, random) => ({
    event: {
      type: [pick(random, TYPES)],
      data: { price: [{ numeric: [">=", index % 500, "<", (index % 500) + 0.5] }] },
    },
  }),
  cidr: (index, random) => ({
    event: { type: [pick(random, TYPES)], clientip: [{ cidr: `10.${index % 256}.${whole(random, 256)}.0/24` }] },
  }),
  "anything-but": (index, random) => ({
    event: { type: [pick(random, TYPES)], data: { productId: [product(index * 7)] } },
    enrichment: { geo: { country: [{ "anything-but": [pick(random, COUNTRIES), pick(random, COUNTRIES)] }] } },
  }),
  exists: (index, random) => ({
    event: { type: [pick(random, TYPES)], tenantid: [`tenant-${index % 50}`], data: { coupon: [{ exists: true }] } },
    enrichment: { geo: { country: [{ exists: true }] } },
  }),
  or: (index, random) => ({
    event: { type: [pick(random, TYPES)] },
    $or: [
      { event: { data: { productId: [product(index * 3)] } } },
      { event: { subject: [`visitor-${index % 3_000}`], data: { quantity: [{ numeric: [">", 4] }] } } },
    ],
    validation: { status: [{ "anything-but": "unknown" }] },
  }),
};

/** Routes of mixed operators: every shape in turn. */
export function createRoutes(count: number, seed = 2): Record<string, EventPattern> {
  const random = createRandom(seed);
  const shapes = Object.values(SHAPES);
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `app/route-${index}`,
      (shapes[index % shapes.length] as Shape)(index, random),
    ]),
  );
}

/** Prices of events are spread evenly below this. */
const PRICES = 500;

/**
 * Routes of mixed operators and a broad one, which takes as many of the events as bring the matches of an event to one
 * on average: sets of every size do like work.
 */
export function createEqualRoutes(count: number, events: readonly string[]): Record<string, EventPattern> {
  const selective = createRoutes(count - 1);
  const set = compilePatterns(selective);
  const matches = events.reduce((sum, event) => sum + set.matchText(event).length, 0) / events.length;
  const share = PRICES * (1 - matches);
  return { ...selective, "app/share": { event: { data: { price: [{ numeric: [">=", 0, "<", share] }] } } } };
}

/** Routes of which an event matches many, as broad ones do: an eighth of them each. */
export function createBroadRoutes(count: number): Record<string, EventPattern> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `app/broad-${index}`,
      {
        event: { type: [TYPES[index % TYPES.length] ?? ""], data: { price: [{ numeric: [">=", 0] }] } },
        validation: { status: [{ "anything-but": `status-${index}` }] },
      },
    ]),
  );
}
