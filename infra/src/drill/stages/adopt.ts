import { DrillError } from "../../errors.ts";
import type { Stage } from "./stage.ts";
import { teardown } from "./teardown.ts";

const STREAM = "shop-events";
const LAKE = "shop-data-lake";

/** Takes over a stream, a bucket and a database that somebody made before, as `adopt` in a configuration asks. */
export const adoption: Stage = {
  name: "adopt",
  async run(drill) {
    const { world } = drill.standIns;
    const { database } = drill.config.warehouse;
    world.seed("aws_kinesis_stream", { id: STREAM, name: STREAM, retention_period: 24 });
    world.seed("aws_s3_bucket", { id: LAKE, bucket: LAKE });
    world.seed("snowflake_database", { id: `"${database}"`, name: database });
    drill.synthesize({
      change: (config) => ({
        ...config,
        adopt: { streams: { raw: STREAM }, buckets: { lake: LAKE }, warehouse: "database" },
      }),
    });
    const { plan, applied } = await drill.deploy();
    const adopted = [`aws_kinesis_stream ${STREAM}`, `aws_s3_bucket ${LAKE}`, `snowflake_database ${database}`];
    const made = applied
      .filter(({ action }) => action === "create")
      .map(({ type, name }) => `${type} ${name}`)
      .filter((thing) => adopted.includes(thing));
    if (plan.counts.import !== adopted.length || made.length > 0) {
      throw new DrillError(
        `${plan.counts.import} of ${adopted.length} resources were imported; made anew: ${made.join(", ") || "none"}.`,
      );
    }
    if ((await drill.exitCode("plan", "-input=false", "-detailed-exitcode")) !== 0) {
      throw new DrillError(`A plan after the adoption has changes:\n${drill.lastWords()}`);
    }
    const destroyed = await teardown.run(drill);
    return `${plan.counts.import} imported, ${plan.counts.create} created around them, no changes after; ${destroyed}`;
  },
};
