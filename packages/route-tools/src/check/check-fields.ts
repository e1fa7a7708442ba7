import type { Contract } from "@millrace/contract-tools/registry";
import { coverageOf } from "../analysis/covered-contracts.ts";
import type { EventModel } from "../analysis/event-model.ts";
import { closestName, type Route, type RouteDocument } from "@millrace/routes";
import { READABLE_AFTER } from "./check-sensitive.ts";
import type { ParsedRoute, RouteFinding } from "./check-routes.ts";

/** Partition key and projection name fields that exist; the partition key spreads over the shards. */
export function checkFields({ route, document, conjunctions }: ParsedRoute, model: EventModel): RouteFinding[] {
  const contracts = [...new Set(conjunctions.flatMap((conjunction) => coverageOf(conjunction, model).contracts))];
  const named: [string, string][] = [];
  if (route.partitionKey !== undefined) named.push([route.partitionKey, "/partitionKey"]);
  for (const side of ["keep", "drop"] as const) {
    route.project?.[side]?.forEach((path, index) => named.push([path, `/project/${side}/${index}`]));
  }
  const findings = named.flatMap(([path, pointer]) => checkKnown(path, pointer, contracts, model));
  if (findings.length > 0) return findings;
  return [
    ...checkKey(route, document, contracts, model),
    ...checkSpread(route.partitionKey, contracts, model),
    ...checkNothingLeft(route),
  ];
}

/** End of the message on a field that masking leaves without a key, by action. */
const NO_KEY: Readonly<Record<string, string>> = {
  drop: "removes the field, so every event falls back to its subject",
  mask: "puts one and the same text in its place, so all events go to one shard",
};

/** A key is delivered in the clear beside the record, whatever the projection leaves out. */
function checkKey(
  { partitionKey: path }: Route,
  { application, clearance = [] }: RouteDocument,
  contracts: readonly Contract[],
  model: EventModel,
): RouteFinding[] {
  if (path === undefined) return [];
  const at = { severity: "error", pointer: "/partitionKey" } as const;
  const asked = contracts.length === 0 || !`${path}.`.startsWith("event.data.") ? [undefined] : contracts;
  const all = asked.map((contract) => model.facts(path, contract)).filter(({ isUnknown }) => !isUnknown);
  const [privacy] = all.flatMap((facts) => facts.privacy ?? []);
  if (privacy !== undefined) {
    const why = NO_KEY[privacy.action];
    if (why !== undefined) {
      const message = `"${path}" is sensitive (${privacy.class}); enrichment ${why}.`;
      return [{ ...at, rule: "partition-key", message, fix: "Choose another field." }];
    }
    if (READABLE_AFTER.has(privacy.action) && !clearance.includes(privacy.class)) {
      const message = `The key would be the ${privacy.class} value of "${path}" in the clear, beside every record; application "${application}" is not cleared for it.`;
      const fix = `Choose another field, or have "${privacy.class}" added to "clearance" by whoever answers for privacy.`;
      return [{ ...at, rule: "sensitive-field", message, fix }];
    }
  }
  const isOfRouter = `${path}.`.startsWith("processing.router.");
  const why = isOfRouter ? "is written after the key was taken" : model.whyNoScalar(path, asked);
  if (why === undefined) return [];
  const message = `"${path}" ${why}, so every event falls back to its subject.`;
  return [{ ...at, rule: "partition-key", message, fix: "Choose a field with one text, number or boolean." }];
}

const PARTS = ["event", "enrichment", "validation", "privacy", "processing"];

/** Finds a projection that leaves only the identity, which is of no use. */
function checkNothingLeft({ name, project }: Route): RouteFinding[] {
  const drop = project?.drop ?? [];
  if (!PARTS.every((part) => drop.includes(part))) return [];
  const message = `Route "${name}" drops every part of the event and delivers its identity alone.`;
  return [{ severity: "error", pointer: "/project/drop", rule: "nothing-left", message, fix: "Keep what is wanted." }];
}

/** Tells of a field that no event of the contracts has. */
export function checkKnown(
  path: string,
  pointer: string,
  contracts: readonly Contract[],
  model: EventModel,
): RouteFinding[] {
  const asked = contracts.length === 0 || !path.startsWith("event.data.") ? [undefined] : contracts;
  if (asked.some((contract) => !model.facts(path, contract).isUnknown)) return [];
  const above = path.slice(0, path.lastIndexOf("."));
  const known = new Set(asked.flatMap((contract) => model.keysBelow(above, contract)));
  const closest = closestName(path.slice(above.length + 1), known);
  return [
    {
      severity: "error",
      pointer,
      rule: "unknown-field",
      message: `No event that the route matches has a field "${path}".`,
      fix: closest === undefined ? "Name a field of the contract." : `Did you mean "${above}.${closest}"?`,
    },
  ];
}

/** A key with a handful of values puts everything on a handful of shards. */
function checkSpread(path: string | undefined, contracts: readonly Contract[], model: EventModel): RouteFinding[] {
  if (path === undefined || contracts.length === 0) return [];
  const isFew = contracts.every((contract) => {
    const { shapes, isOpen } = model.facts(path, contract).location;
    return (
      !isOpen &&
      shapes.length > 0 &&
      shapes.every((shape) =>
        shape.some(({ schema }) => schema["type"] === "boolean" || "enum" in schema || "const" in schema),
      )
    );
  });
  if (!isFew) return [];
  return [
    {
      severity: "warning",
      pointer: "/partitionKey",
      rule: "hot-shard",
      message: `"${path}" has few values: all events of a value go to one shard.`,
      fix: "Choose a field with many values, such as an identifier.",
    },
  ];
}
