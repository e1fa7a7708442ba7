/** The part of `terraform show -json <plan>` that the guard reads. */
export interface TerraformPlan {
  readonly resource_changes?: readonly {
    readonly address: string;
    readonly type: string;
    readonly change: { readonly actions: readonly string[] };
  }[];
}

/** Resources whose deletion deletes events, or the only way to read them. */
const holdsData: ReadonlySet<string> = new Set([
  "aws_kinesis_stream",
  "aws_kms_key",
  "aws_s3_bucket",
  "snowflake_database",
  "snowflake_schema",
  "snowflake_table",
]);

const destinationAddress = /^aws_kinesis_stream\.destination_(?<stream>.+)$/;

/**
 * What a plan would delete that nobody has said may be deleted. `prevent_destroy` does not help here: it goes away
 * together with the resource's block, so a removed route document or a renamed id would take its stream along.
 * https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle#prevent_destroy
 *
 * @param retired names of destinations whose stream may go
 */
export function unwantedDeletions(plan: TerraformPlan, retired: readonly string[]): readonly string[] {
  const allowed = new Set(retired.map((name) => `aws_kinesis_stream.destination_${name}`));
  return (plan.resource_changes ?? [])
    .filter(({ type, change }) => holdsData.has(type) && change.actions.includes("delete"))
    .filter(({ address }) => !allowed.has(address))
    .map(({ address, change }) => {
      const verb = change.actions.includes("create") ? "replaced" : "deleted";
      const stream = destinationAddress.exec(address)?.groups?.["stream"];
      return stream === undefined
        ? `${address} would be ${verb}, with the data in it. If that is meant, remove it by hand first (terraform state rm).`
        : `${address} would be ${verb}: no route document asks for the stream "${stream}" any more. To keep it, list ` +
            `{ "stream": "${stream}" } under "formerDestinations" in its application's document in schemas/routes (a document that ` +
            `is gone comes back with "routes": []); to have it deleted with what is in it, add "retire": true there.`;
    });
}
