import { openDestination, targetOf } from "@millrace/destinations";
import { closestName } from "@millrace/routes";
import type { CompiledDestination, RouteSet } from "@millrace/routes/runtime";
import type { Environment } from "../environment.ts";
import { ReplayUsageError } from "../errors.ts";
import { createDestinationTarget } from "./destination-target.ts";
import type { Target } from "./target.ts";

/**
 * A destination of the environment, with a writer of its kind.
 * @throws ReplayUsageError when no route leads there
 */
export function openDestinationTarget(
  { connections, place, clock }: Pick<Environment, "connections" | "place" | "clock">,
  routes: RouteSet,
  to: { readonly destination: string; readonly route?: string | undefined },
  hooks: { readonly onThrottle: () => void },
): Target {
  const { name: stage, region, accountId, streamPrefix: prefix } = place;
  const destination = findDestination(routes, to.destination);
  const target = targetOf(destination, { stage, region, accountId, prefix });
  return createDestinationTarget({
    ...{ routes, destination, route: to.route },
    writer: openDestination(target, { ...connections, hooks }),
    stream: destination.kind === "kinesis" && target.arn === undefined ? target.physicalName : undefined,
    version: "0.1.0",
    now: () => clock.now(),
  });
}

/** @throws ReplayUsageError with the one that was meant */
function findDestination({ destinations }: RouteSet, name: string): CompiledDestination {
  const found = destinations.find((destination) => destination.name === name);
  if (found !== undefined) return found;
  const names = destinations.map((destination) => destination.name);
  const closest = closestName(name, names);
  const hint = closest === undefined ? `There are ${names.join(", ")}.` : `Did you mean "${closest}"?`;
  throw new ReplayUsageError(`No route leads to a destination "${name}". ${hint}`);
}
