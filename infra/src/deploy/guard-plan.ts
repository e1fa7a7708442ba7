import { kindsWithFacts } from "../destinations/facts.ts";

/** One change of `terraform show -json <plan>`: the part that the guard reads. */
export interface ResourceChange {
  readonly address: string;
  readonly type: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly before?: Attributes | null;
    readonly after?: Attributes | null;
    /** Attributes that cannot be changed in place. */
    readonly replace_paths?: readonly (readonly (string | number)[])[];
    readonly importing?: { readonly id?: string };
  };
}

type Attributes = Readonly<Record<string, unknown>>;

/** The part of `terraform show -json <plan>` that is read here. */
export interface TerraformPlan {
  readonly terraform_version?: string;
  readonly resource_changes?: readonly ResourceChange[];
  /** Differences to the last apply that Terraform found while it planned. */
  readonly resource_drift?: readonly ResourceChange[];
}

export interface GuardOptions {
  /** Names of destinations that may go, with what is in them. */
  readonly retired: readonly string[];
  /** Addresses whose gap somebody has said is meant. */
  readonly acceptedGaps: readonly string[];
}

export interface Verdict {
  /** Each tells the loss, how to avoid or fill it, and how to accept it. Empty: the plan may be applied. */
  readonly refusals: readonly string[];
  /** Addresses whose gap was accepted, with what happens there. */
  readonly accepted: readonly AcceptedGap[];
}

export interface AcceptedGap {
  readonly address: string;
  readonly gap: string;
}

/** Resources whose deletion deletes events, or the only way to read them. */
const holdsData: ReadonlySet<string> = new Set([
  ...kindsWithFacts.map(({ resourceType }) => resourceType),
  "aws_kms_key",
  "aws_s3_bucket",
  "snowflake_database",
  "snowflake_schema",
  "snowflake_table",
]);

/** Types of destinations, and what route documents call one. */
const destinationTypes: Readonly<Record<string, string>> = Object.fromEntries(
  kindsWithFacts.map(({ resourceType, property }) => [resourceType, property]),
);

const destinationAddress = /^(?<type>[a-z_]+)\.destination_(?<name>.+)$/;

/** The loss of events while a resource is gone or new, and the way to bring them in again. */
interface Gap {
  /** Continues "<address> would be replaced": begins with ": ". */
  readonly loss: (isReplaced: boolean) => string;
  readonly fill: (before: Attributes) => string;
}

const words = (value: unknown, fallback: string): string => (typeof value === "string" ? value : fallback);

const qualifiedPipe = ({ database, schema, name }: Attributes): string =>
  [words(database, "<database>"), words(schema, "<schema>"), words(name, "<pipe>")]
    .map((part) => `"${part}"`)
    .join(".");

const refreshEveryPipe =
  "After the apply, have both pipes look for what they missed (it reaches back 7 days, and the views show what is loaded twice once): " +
  "ALTER PIPE <database>.<schema>.<pipe> REFRESH MODIFIED_AFTER = '<start of the apply>'.";

const unserved: Gap = {
  loss: (isReplaced) =>
    isReplaced
      ? "senders get no answer from the old one's deletion until the new one is ready"
      : "senders get no answer any more",
  fill: () =>
    "Nothing keeps what is not accepted: senders have to send it again. Make the new one beside the old one in a deployment of its own, and move the host name in between.",
};

/**
 * Readers and the wires between them. They hold no event, but what is written while they are gone, or before they know
 * where the old one stopped, is missing downstream or comes twice.
 */
const gaps: Readonly<Record<string, Gap>> = {
  // https://docs.aws.amazon.com/firehose/latest/dev/writing-with-kinesis-streams.html: a delivery stream starts at
  // LATEST.
  aws_kinesis_firehose_delivery_stream: {
    loss: (isReplaced) =>
      isReplaced
        ? "what the old one has in its buffer, and what comes before the new one reads (it starts at LATEST), never reaches the lake"
        : "what its stream carries never reaches the lake any more",
    fill: () =>
      "To leave no gap, stop what writes into its stream first (aws lambda update-event-source-mapping --uuid <mapping> --no-enabled, " +
      "for enrichment, and for bad rows the router too), wait until DeliveryToS3.DataFreshness has fallen to 0, apply, and enable it again: " +
      "a mapping goes on where it stopped. To fill one, read the stream again while it still keeps the events: a second mapping of enrichment " +
      "on the raw stream (aws lambda create-event-source-mapping --starting-position AT_TIMESTAMP --starting-position-timestamp <start of the gap>), " +
      "deleted when it has caught up; every sink knows the events it has by their identity.",
  },
  aws_lambda_event_source_mapping: {
    loss: (isReplaced) =>
      isReplaced
        ? "the new one does not know where the old one stopped and reads its stream again from the oldest record on"
        : "nothing reads its stream any more, and events expire with the stream's retention",
    fill: () =>
      "Set `startAt` of this mapping in the environment's configuration (infra/src/environments) to the old one's last checkpoint, which is now minus " +
      "the maximum of the function's IteratorAge; a little earlier is safe, because every sink knows the events it has by their identity.",
  },
  // https://docs.snowflake.com/en/sql-reference/sql/alter-pipe
  snowflake_pipe: {
    loss: (isReplaced) =>
      isReplaced
        ? "objects that arrive between the two pipes are not loaded, and the new one does not know what the old one loaded"
        : "objects that arrive are not loaded any more",
    fill: (before) =>
      `After the apply: ALTER PIPE ${qualifiedPipe(before)} REFRESH MODIFIED_AFTER = '<start of the apply>'. It reaches back 7 days; ` +
      "what is loaded twice is shown once by the views.",
  },
  snowflake_dynamic_table: {
    loss: (isReplaced) =>
      isReplaced
        ? "queries of the views over it fail until the new one has computed all of its landing table"
        : "queries of the views over it fail",
    fill: () => "No row is lost: all of them lie in the landing table. Choose a quiet hour.",
  },
  // https://docs.snowflake.com/en/sql-reference/sql/create-storage-integration: replacing one breaks the link to its
  // stages.
  snowflake_storage_integration: {
    loss: (isReplaced) =>
      isReplaced
        ? "the new one has another external id, and stages lose their link to it: no pipe reads a file until both are mended"
        : "no pipe can read a file any more",
    fill: () =>
      "Have the stages replaced in the same plan (-replace=<address of the stage>) or link them by hand: " +
      `ALTER STAGE <stage> SET STORAGE_INTEGRATION = <integration>. ${refreshEveryPipe}`,
  },
  snowflake_stage: {
    loss: () => "its pipe stops, because it knows the stage it was made with",
    fill: () => `Have the pipe replaced in the same plan (-replace=<address of the pipe>). ${refreshEveryPipe}`,
  },
  aws_s3_bucket_notification: {
    loss: () => "Snowpipe is not told of objects that arrive in between",
    fill: () => refreshEveryPipe,
  },
  kubernetes_namespace_v1: unserved,
  kubernetes_deployment_v1: unserved,
  kubernetes_service_v1: unserved,
  kubernetes_ingress_v1: {
    ...unserved,
    loss: (isReplaced) =>
      isReplaced
        ? "the load balancer goes with it, and the host name has to follow the new one before senders get an answer"
        : "the load balancer goes with it, and senders get no answer any more",
  },
};

/** A number that says how long something is kept: a smaller one deletes what is older at once. */
export interface KeptFor {
  readonly attribute: string;
  readonly unit: string;
  readonly of: string;
}

const keptFor: Readonly<Record<string, KeptFor | undefined>> = {
  ...Object.fromEntries(kindsWithFacts.map((kind) => [kind.resourceType, kind.keptFor])),
  snowflake_table: { attribute: "data_retention_time_in_days", unit: "days", of: "states of the table" },
};

/**
 * Returns the losses of a plan that nothing accepts: neither a retired route document nor an accepted gap.
 * `prevent_destroy` does not help here: it goes away together with the resource's block, so a removed route document or
 * a renamed id would take its stream along.
 * https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle#prevent_destroy
 */
export function guardPlan(plan: TerraformPlan, { retired, acceptedGaps }: GuardOptions): Verdict {
  const changes = plan.resource_changes ?? [];
  const refusals = changes.flatMap((change) => deletedData(change, retired));
  const accepted: AcceptedGap[] = [];
  for (const change of changes) {
    const found = gapOf(change);
    if (found === undefined) continue;
    const { address } = change;
    if (acceptedGaps.includes(address)) accepted.push({ address, gap: found.gap });
    else refusals.push(`${found.gap} ${found.fill} If that is meant: --accept-gap ${address}`);
  }
  const unknown = acceptedGaps.filter((address) => !accepted.some((gap) => gap.address === address));
  refusals.push(
    ...unknown.map((address) => `--accept-gap ${address} names nothing that this plan leaves a gap at: leave it out.`),
  );
  return { refusals, accepted };
}

const isReplacement = ({ change }: ResourceChange): boolean => change.actions.includes("create");
const isDeletion = ({ change }: ResourceChange): boolean => change.actions.includes("delete");

function destinationOf(address: string): { readonly name?: string | undefined; readonly property: string } {
  const { type = "", name } = destinationAddress.exec(address)?.groups ?? {};
  const property = destinationTypes[type];
  return property === undefined ? { property: "" } : { name, property };
}

function deletedData(resource: ResourceChange, retired: readonly string[]): readonly string[] {
  const { address, type } = resource;
  if (!holdsData.has(type) || !isDeletion(resource)) return [];
  const { name, property } = destinationOf(address);
  if (name !== undefined && retired.includes(name)) return [];
  const verb = `${address} would be ${isReplacement(resource) ? "replaced" : "deleted"}`;
  return name === undefined || isReplacement(resource)
    ? [
        `${verb}${because(resource)}, with the data in it. If that is meant, remove it by hand first (terraform state rm).`,
      ]
    : [
        `${verb}: no route document asks for the ${property} "${name}" any more. To keep it, list ` +
          `{ "${property}": "${name}" } under "formerDestinations" in its application's document in schemas/routes (a document that ` +
          `is gone comes back with "routes": []); to have it deleted with what is in it, add "retire": true there.`,
      ];
}

function gapOf(resource: ResourceChange): { readonly gap: string; readonly fill: string } | undefined {
  const { address, type, change } = resource;
  if (isDeletion(resource)) {
    const known = gaps[type];
    if (known === undefined) return undefined;
    const replaced = isReplacement(resource);
    return {
      gap: `${address} would be ${replaced ? "replaced" : "deleted"}${because(resource)}: ${known.loss(replaced)}.`,
      fill: known.fill(change.before ?? {}),
    };
  }
  const form = changedForm(resource);
  if (form !== undefined) {
    return {
      gap: `${address} would ${form}: an object in which records of both forms lie cannot be read.`,
      fill:
        "Stop what writes into its stream first, release to all traffic at once, and start it when the delivery has changed: " +
        'docs/capacity.md, "Change the form of enriched records".',
    };
  }
  const kept = keptFor[type];
  const [before, after] = [change.before?.[kept?.attribute ?? ""], change.after?.[kept?.attribute ?? ""]];
  if (kept === undefined || typeof before !== "number" || typeof after !== "number" || after >= before)
    return undefined;
  return {
    gap: `${address} would keep its ${kept.of} for ${after} ${kept.unit} instead of ${before}: older ones are gone at once.`,
    fill: "Make sure that every reader has passed them.",
  };
}

/** How a delivery that stays writes its objects from now on, if otherwise than before. */
function changedForm({ type, change }: ResourceChange): string | undefined {
  if (type !== "aws_kinesis_firehose_delivery_stream" || !change.actions.includes("update")) return undefined;
  const [before, after] = [change.before, change.after].map((attributes) => {
    const [target] = (attributes?.["extended_s3_configuration"] ?? []) as readonly (Attributes | undefined)[];
    return words(target?.["compression_format"], "UNCOMPRESSED");
  });
  if (before === after) return undefined;
  return after === "GZIP" ? "compress its objects" : "store compressed records as they come";
}

/** Why Terraform replaces a resource: the attributes that cannot be changed in place. */
function because({ change }: ResourceChange): string {
  const attributes = [...new Set((change.replace_paths ?? []).map((path) => path.join(".")))];
  return attributes.length === 0 ? "" : ` (${attributes.join(", ")} cannot be changed in place)`;
}
