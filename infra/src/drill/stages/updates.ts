import { onDemand, provisioned } from "../../config/capacity.ts";
import type { EnvironmentConfig } from "../../config/schema.ts";
import * as unit from "../../config/units.ts";
import type { PlanSummary } from "../../deploy/saved-plan.ts";
import { DrillError } from "../../errors.ts";
import type { RouteDocument } from "../../inputs/route-destinations.ts";
import type { EnvironmentDrill, Variant } from "../environment-drill.ts";
import type { Stage } from "./stage.ts";

/** A change that teams make, and what a plan of it has to say. */
interface Update {
  readonly name: string;
  readonly variant: (drill: EnvironmentDrill) => Variant;
  /** Changes that have to be in the plan, by address. */
  readonly expected: Readonly<Record<string, Action>>;
  /** Deletions that are meant; every other one fails the stage. */
  readonly deletes?: readonly string[];
  readonly image?: string;
}

type Action = "create" | "update" | "delete";

const RETENTION = unit.hours(24);
const rawStream = "aws_kinesis_stream.raw";
const drillStream = "aws_kinesis_stream.destination_drill";

const withRaw =
  (raw: (config: EnvironmentConfig) => EnvironmentConfig["streams"]["raw"]): NonNullable<Variant["change"]> =>
  (config) => ({ ...config, streams: { ...config.streams, raw: raw(config) } });

const drillDocument = (rest: Partial<RouteDocument>): RouteDocument => ({
  application: "drill",
  owner: "team-drill",
  routes: [],
  ...rest,
});
const plus =
  (document: RouteDocument): NonNullable<Variant["routes"]> =>
  (documents) => [...documents, document];

const added = drillDocument({ routes: [{ name: "everything", destination: { stream: "drill" } }] });

/** The environment after the updates: with a bucket for routes, which nothing may delete. */
export const settled: Variant = {
  change: (config) => ({ ...config, routeReload: { checkEvery: unit.seconds(60) } }),
};

/** In this order, each from the state that the one before left. */
const updates: readonly Update[] = [
  {
    name: "provisioned",
    variant: () => ({ change: withRaw(() => provisioned(40, RETENTION)) }),
    expected: { [rawStream]: "update" },
  },
  {
    name: "shards",
    variant: () => ({ change: withRaw(() => provisioned(50, RETENTION)) }),
    expected: { [rawStream]: "update" },
  },
  {
    name: "on demand",
    variant: () => ({ change: withRaw(() => onDemand(RETENTION)) }),
    expected: { [rawStream]: "update" },
  },
  {
    name: "route added",
    variant: () => ({ routes: plus(added), change: withRaw(() => onDemand(RETENTION)) }),
    expected: { [drillStream]: "create" },
  },
  {
    name: "route moved to another account",
    variant: ({ environment, config }) => {
      const arn = { [environment]: `arn:aws:kinesis:${config.aws.region}:999999999999:stream/drill` };
      return {
        routes: plus(
          drillDocument({
            routes: [{ name: "everything", destination: { stream: "drill", arn } }],
            formerDestinations: [{ stream: "drill", retire: true }],
          }),
        ),
      };
    },
    expected: { [drillStream]: "delete" },
    deletes: [drillStream],
  },
  {
    name: "route added again",
    variant: () => ({ routes: plus(added) }),
    expected: { [drillStream]: "create" },
  },
  {
    name: "route retired",
    variant: () => ({
      routes: plus(drillDocument({ formerDestinations: [{ stream: "drill", retire: true }] })),
    }),
    expected: { [drillStream]: "delete" },
    deletes: [drillStream],
  },
  {
    name: "routes reload",
    variant: () => settled,
    expected: { "aws_s3_bucket.published_routes_bucket": "create", "aws_lambda_function.router": "update" },
  },
  {
    name: "image",
    variant: () => settled,
    image: "another",
    expected: { "kubernetes_deployment_v1.ingest": "update" },
  },
];

export const everydayUpdates: Stage = {
  name: "updates",
  async run(drill) {
    for (const update of updates) {
      drill.synthesize(update.variant(drill));
      if (update.image !== undefined) drill.useImage(update.image);
      const acceptedGaps = isShorter(drill, update) ? [rawStream] : [];
      const { plan } = await drill.deploy({ acceptedGaps }).catch((error: unknown) => {
        throw new DrillError(`${update.name}: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
      });
      checkPlan(update, plan);
    }
    const { faults } = drill.standIns.requests;
    if (faults.length > 0) throw new DrillError(`The APIs would refuse:\n${faults.join("\n")}`);
    return `${updates.length} applied (${updates.map(({ name }) => name).join(", ")}), nothing replaced`;
  },
};

/** The first update shortens the retention where the environment keeps a week: the guard asks, and here it is meant. */
const isShorter = ({ config }: EnvironmentDrill, { name }: Update): boolean =>
  name === "provisioned" && config.streams.raw.retention > RETENTION;

function checkPlan({ name, expected, deletes = [] }: Update, { changes }: PlanSummary): void {
  for (const [address, action] of Object.entries(expected)) {
    const found = changes.find((change) => change.address === address)?.actions ?? [];
    if (!found.includes(action)) {
      throw new DrillError(
        `${name}: expected ${address} to ${action}, and the plan says ${found.join(", ") || "nothing"}.`,
      );
    }
  }
  // Alarms, policies and views of a destination come and go with it.
  const lost = changes.filter(
    ({ address, actions }) =>
      actions.includes("delete") && !deletes.includes(address) && !/^aws_(cloudwatch|iam)_/.test(address),
  );
  if (lost.length > 0)
    throw new DrillError(`${name}: the plan deletes ${lost.map(({ address }) => address).join(", ")}.`);
}
