import { renamedDestinations } from "../resources.ts";
import type { Evidence } from "./evidence.ts";

type Enrichment = Readonly<Record<string, unknown>>;

/**
 * Compares the names in every destination with those that its routes give, however a copy got there: at once, after
 * a retry or by a redrive. The rule is written out here, without the code of the router.
 */
export function checkNames({ enriched, destinations }: Evidence): string[] {
  const sources = new Map(enriched.map(({ copy, value }) => [copy, value.enrichment]));
  return [...destinations].flatMap(([place, events]) =>
    events.flatMap(({ copy, value }) => {
      const given = sources.get(copy);
      if (given === undefined) return [];
      const expected = JSON.stringify(renamedDestinations.has(place) ? renamed(given) : given);
      const found = JSON.stringify(value.enrichment);
      return found === expected ? [] : [`${copy} in ${place} has the enrichment ${found} instead of ${expected}`];
    }),
  );
}

function renamed(enrichment: Enrichment): Enrichment {
  const members = Object.entries(enrichment).flatMap(([name, value]) =>
    name === "bot"
      ? Object.entries(value as object).map(([member, inner]): [string, unknown] => [`robot_${member}`, inner])
      : [[name, value] as [string, unknown]],
  );
  return { ...Object.fromEntries(members), delivered: { from: "simulation" } };
}
