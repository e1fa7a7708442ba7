import type { Contract } from "@millrace/contract-tools/registry";
import { coverageOf } from "../analysis/covered-contracts.ts";
import type { EventModel } from "../analysis/event-model.ts";
import { closestName } from "@millrace/routes";
import type { ParsedRoute, RouteFinding } from "./check-routes.ts";

/** Partition key and projection name fields that exist; the partition key spreads over the shards. */
export function checkFields({ route, conjunctions }: ParsedRoute, model: EventModel): RouteFinding[] {
  const contracts = [...new Set(conjunctions.flatMap((conjunction) => coverageOf(conjunction, model).contracts))];
  const named: [string, string][] = [];
  if (route.partitionKey !== undefined) named.push([route.partitionKey, "/partitionKey"]);
  for (const side of ["keep", "drop"] as const) {
    route.project?.[side]?.forEach((path, index) => named.push([path, `/project/${side}/${index}`]));
  }
  const findings = named.flatMap(([path, pointer]) => unknown(path, pointer, contracts, model));
  return [...findings, ...(findings.length === 0 ? checkSpread(route.partitionKey, contracts, model) : [])];
}

function unknown(path: string, pointer: string, contracts: readonly Contract[], model: EventModel): RouteFinding[] {
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
