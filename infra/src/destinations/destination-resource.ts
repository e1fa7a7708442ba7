import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { EnvironmentConfig } from "../config/schema.ts";
import type { DataKey } from "../constructs/data-key.ts";
import type { MetricAlarms } from "../constructs/metric-alarms.ts";
import type { Graph, Series } from "../constructs/metric.ts";
import type { PrincipalStatement } from "../constructs/policy.ts";
import type { RouteDestination } from "../inputs/route-destinations.ts";

/** The resource of a destination of ours, as roles, alarms, the dashboard and outputs need it. */
export interface DestinationResource {
  readonly name: string;
  readonly arn: string;
  /** Its name as a reference, so that what uses it waits for it. */
  readonly nameReference: string;
  /** For what has to wait for it without naming it. */
  readonly resource: ITerraformDependable;
  /** Makes the alarms that its kind has, beside that of events it does not take. */
  watch(alarms: MetricAlarms, config: EnvironmentConfig["alarms"]): void;
  /** Returns its row of the dashboard. `undelivered` are events that it did not take. */
  graphs(undelivered: Series): readonly Graph[];
}

export interface DestinationProps {
  /** Of the environment. */
  readonly config: EnvironmentConfig;
  readonly destination: RouteDestination;
  /** With the prefix of the environment. */
  readonly name: string;
  readonly key: DataKey;
  readonly tags: Readonly<Record<string, string>>;
}

/** A kind of destination, as a stack makes one. */
export interface DestinationMaker {
  make(scope: Construct, id: string, props: DestinationProps): DestinationResource;
  /** Lets the service use the key by itself; absent where only callers do. */
  keyStatement?(config: EnvironmentConfig): PrincipalStatement;
}

/** A destination of ours with its resource. */
export interface OwnDestination {
  readonly destination: RouteDestination;
  readonly resource: DestinationResource;
}
