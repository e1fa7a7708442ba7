import type { OutputWriter } from "@millrace/stream-handler";
import type { Connections, Target, WrittenDestination } from "./writer-of-kind.ts";
import { writers } from "./writers.ts";

/** Where an environment's own destinations are. */
export interface OwnPlace {
  /** Name of the environment, by which a destination may name an ARN. */
  readonly stage: string;
  readonly region: string;
  readonly accountId: string;
  /** Put before the names of our own: `millrace-prod-`. */
  readonly prefix: string;
}

/** A destination as it is in an environment: ours, or the one that its document names for it. */
export function targetOf(destination: WrittenDestination, { stage, region, accountId, prefix }: OwnPlace): Target {
  const arn = destination.arn?.[stage];
  if (arn === undefined) return { destination, region, accountId, physicalName: prefix + destination.name, arn };
  const [, , , foreignRegion = region, foreignAccountId = accountId, ...resource] = arn.split(":");
  const physicalName = resource.join(":").replace(/^[^/]*\//, "");
  return { destination, region: foreignRegion, accountId: foreignAccountId, physicalName, arn };
}

/** Opens the writer of a destination, of whatever kind. */
export function openDestination(target: Target, connections: Connections): OutputWriter {
  return writers[target.destination.kind].open(target, connections);
}
